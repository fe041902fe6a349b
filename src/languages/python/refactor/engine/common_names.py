"""Attributes of what code commonly holds: an attribute of such a name on something unknown may be any of theirs."""

import argparse
import collections
import datetime
import decimal
import enum
import io
import logging
import pathlib
import queue
import re
import socket
import string
import subprocess
import threading
import unittest
import unittest.mock

# The types whose instances are met in most programs without an annotation.
TYPES = (str, bytes, bytearray, int, float, complex, list, dict, set, frozenset, tuple, type, range, slice, property, memoryview, BaseException, OSError,
         UnicodeError, io.TextIOWrapper, io.BytesIO, io.StringIO, pathlib.Path, re.Match, re.Pattern, datetime.datetime, datetime.date, datetime.timedelta,
         datetime.tzinfo, decimal.Decimal, collections.deque, collections.OrderedDict, collections.Counter, collections.defaultdict, threading.Thread,
         threading.Event, threading.Condition, queue.Queue, logging.Logger, logging.Handler, logging.LogRecord, subprocess.Popen, socket.socket,
         argparse.ArgumentParser, enum.Enum, string.Template, unittest.TestCase, unittest.mock.Mock, type(lambda: 0), type((lambda: (yield))()), type(re))
# Set on instances, so that `dir` of the class does not tell them.
ON_INSTANCES = {"name", "value", "args", "returncode", "pid", "stdin", "stdout", "stderr", "daemon", "levelname", "msg", "message", "level", "handlers",
                "errno", "filename", "strerror", "code", "status", "headers", "url", "path", "text", "tag", "attrib", "method", "host", "port", "data"}

COMMON = ON_INSTANCES.union(*(dir(item) for item in TYPES))
