"""A shopping cart whose total is wrong when a discount is given."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Item:
    name: str
    cents: int
    quantity: int = 1


@dataclass
class Cart:
    items: list[Item] = field(default_factory=list)

    def add(self, item: Item) -> None:
        self.items.append(item)

    def total(self, discount_percent: int = 0) -> int:
        """Total in cents, the discount taken off the sum and rounded half up once."""
        total = 0
        for item in self.items:
            price = item.cents * (100 - discount_percent) // 100
            total += price * item.quantity
        return total
