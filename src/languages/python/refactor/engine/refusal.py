"""The one way to say no: a reason of the contract, what stands in the way, facts, and what the reader can do."""


class Refusal(Exception):
    """Ends an operation without any edit.

    `reason` is one of name_clash, dynamic_use, exported_api, import_cycle, not_found, ambiguous, broken_file, unsupported, behaviour,
    missing_tool; `what` and `next` are one sentence each; `data` holds facts for programs (`path`, `line`, `places`).
    """

    def __init__(self, reason, what, data=None, next=None):
        super().__init__(what)
        self.reason, self.what, self.data, self.next = reason, what, dict(data or {}), next

    def reply(self):
        return {"reason": self.reason, "what": self.what, "data": self.data, "next": self.next}
