"""Attacks and probes that run inside the sandbox only: `attacks.py NAME [ARGUMENT]`. Each prints what came of it."""
import ctypes
import errno
import json
import mmap
import os
import signal
import socket
import sys
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
MiB = 1 << 20
X64 = os.uname().machine == "x86_64"


def outcome(action):
    try:
        action()
        return "done"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))


def call(number, *args):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in args])
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]


def in_child(action):
    """Exit status of a child that runs the action, as Python reports it: negative for a signal."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
        finally:
            os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def fork_bomb(_):
    made = 0
    print("start", flush=True)
    while True:
        try:
            if os.fork() == 0:
                while True:
                    try:
                        os.fork()
                    except OSError:
                        time.sleep(0.01)
            made += 1
        except OSError:
            time.sleep(0.01)


def children(wait):
    made = 0
    try:
        while made < 5000:
            if os.fork() == 0:
                if wait:
                    time.sleep(30)
                os._exit(0)
            made += 1
    except OSError as error:
        print(errno.errorcode[error.errno], "below the limit" if made < 64 else made)


def threads(_):
    made = 0
    try:
        while made < 5000:
            threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
            made += 1
    except RuntimeError:
        print("RuntimeError", "below the limit" if made < 64 else made, flush=True)
    os._exit(0)


def private_memory(_):
    held = []
    while True:
        held.append(bytearray(8 * MiB))


def shared_memory(_):
    held = []
    while True:
        held.append(mmap.mmap(-1, 16 * MiB))
        for at in range(0, 16 * MiB, MiB):
            held[-1][at:at + MiB] = b"x" * MiB


def memfd(_):
    fds = []
    while True:
        fds.append(os.memfd_create("x"))
        for _ in range(32):
            os.write(fds[-1], b"x" * MiB)


def system_v(_):
    libc.shmat.restype = ctypes.c_void_p
    while True:
        ctypes.set_errno(0)
        segment = libc.shmget(0, 16 * MiB, 0o1600)
        if segment < 0:
            print(errno.errorcode[ctypes.get_errno()])
            return
        address = libc.shmat(segment, None, 0)
        ctypes.memset(address, 120, 16 * MiB)
        libc.shmdt(ctypes.c_void_p(address))


def lasting(_):
    """What the kernel keeps after its maker is gone: a set of semaphores, two kinds of message queue, a file in shared memory."""
    made = {"semget": (64, 190), "msgget": (68, 186)}
    got = {name: call(numbers[0 if X64 else 1], 0, 1, 0o1600) for name, numbers in made.items()}
    got["mq_open"] = call(240 if X64 else 180, ctypes.c_char_p(b"untilgreen-case"), 0o102, 0o600, 0)
    got["/dev/shm"] = outcome(lambda: open("/dev/shm/untilgreen-case", "w").write("x"))
    print(json.dumps(got))


def memory_children(_):
    for _ in range(16):
        if os.fork() == 0:
            held = bytearray(48 * MiB)
            held[:] = b"x" * len(held)
            time.sleep(20)
            os._exit(0)
    print("all started", flush=True)
    time.sleep(20)


def shared_pages(_):
    held = bytearray(50 * MiB)
    held[:] = b"x" * len(held)
    kids = []
    for _ in range(10):
        pid = os.fork()
        if pid == 0:
            time.sleep(0.5)
            os._exit(0)
        kids.append(pid)
    print("ok", [os.waitpid(pid, 0)[1] for pid in kids].count(0))


def fill(path):
    path = os.path.expandvars(path)
    written = 0
    try:
        with open(path, "wb", buffering=0) as file:
            while written < 3 << 30:
                written += file.write(b"x" * MiB)
        print("done", written // MiB)
    except OSError as error:
        print(errno.errorcode[error.errno], written // MiB)


def writes(_):
    paths = ["/x", "/dev/x", "/etc/x", "/usr/x", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/overcommit_memory", "/proc/sys/kernel/printk", "/sys/x", "/var/x", "/home/x"]
    got = {path: outcome(lambda path=path: os.close(os.open(path, os.O_WRONLY | (os.O_CREAT if path.endswith("/x") else 0)))) for path in paths}

    def never_killed():
        with open("/proc/self/oom_score_adj", "wb", buffering=0) as file:
            file.write(b"-1000")

    got["oom_score_adj"] = outcome(never_killed)
    print(sorted(k for k, v in got.items() if v == "done") or "none", json.dumps(got))


def many_files(_):
    number = 0
    while True:
        number += 1
        with open("big%d" % number, "wb") as file:
            for _ in range(16):
                file.write(b"x" * MiB)


def deleted_files(_):
    held = []
    while True:
        file = open("gone", "wb", buffering=0)
        os.unlink("gone")
        for _ in range(16):
            file.write(b"x" * MiB)
        held.append(file)


def inodes(_):
    for number in range(20000):
        os.close(os.open("i%d" % number, os.O_CREAT | os.O_WRONLY))
    print("made 20000")


def deep_path(_):
    name = "d" * 200
    for _ in range(3000):
        os.mkdir(name)
        os.chdir(name)
    print("made 3000")


def flood(_):
    chunk = b"\xff\x00\x1b[31m" * 10000
    while True:
        os.write(1, chunk)
        os.write(2, chunk)


def daemon(stay):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.closerange(0, 100)
            while True:
                with open("beat", "w") as file:
                    file.write(str(time.time()))
                time.sleep(0.02)
        os._exit(0)
    time.sleep(0.3)
    print("daemon up", flush=True)
    if stay:
        time.sleep(60)


def hold_output(_):
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
    print("main ends", flush=True)
    os._exit(5)


def burn(_):
    for _ in range(8):
        if os.fork() == 0:
            while True:
                pass
    time.sleep(60)


def relay(_):
    """Each process burns half a second of its own, then the next one goes on: none ever passes RLIMIT_CPU."""
    while True:
        if os.fork() == 0:
            began = time.process_time()
            while time.process_time() - began < 0.5:
                pass
            os._exit(0)
        os.wait()


def kills(host_pid):
    got = {
        "all": outcome(lambda: os.kill(-1, 0)),
        "first": outcome(lambda: os.kill(1, signal.SIGKILL)),
        "host": outcome(lambda: os.kill(int(host_pid), 0)),
    }
    time.sleep(0.1)
    print(got["host"], "alive", flush=True)
    os.kill(os.getpid(), signal.SIGSTOP)


def network(argument):
    port, abstract = argument.split(",")

    def tcp(family, address):
        with socket.socket(family, socket.SOCK_STREAM) as s:
            s.settimeout(1)
            s.connect(address)

    def udp(address):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(b"x", address)

    got = {
        "documentation range": outcome(lambda: tcp(socket.AF_INET, ("192.0.2.1", 80))),
        "IPv6 documentation range": outcome(lambda: tcp(socket.AF_INET6, ("2001:db8::1", 80))),
        "UDP": outcome(lambda: udp(("192.0.2.1", 53))),
        "host listener": outcome(lambda: tcp(socket.AF_INET, ("127.0.0.1", int(port)))),
        "host abstract socket": outcome(lambda: tcp(socket.AF_UNIX, "\0" + abstract)),
        "ICMP": outcome(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)),
        "name": outcome(lambda: socket.getaddrinfo("example.org", 80)),
        "/dev/tcp": "done" if os.system("bash -c 'echo > /dev/tcp/127.0.0.1/%d' 2>/dev/null" % int(port)) == 0 else "refused",
    }
    print(sorted(k for k, v in got.items() if v == "done") or "none", json.dumps(got))


def loopback(_):
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        server = socket.create_server((host, 0), family=family)
        threading.Thread(target=lambda server=server: server.accept()[0].sendall(b"ok"), daemon=True).start()
        print(socket.create_connection(server.getsockname()[:2]).recv(9).decode())
    print(socket.gethostbyname("localhost"))


def families(_):
    got = {
        "vsock": outcome(lambda: socket.socket(40, socket.SOCK_STREAM)),
        "packet": outcome(lambda: socket.socket(17, socket.SOCK_RAW)),
        "alg": outcome(lambda: socket.socket(38, socket.SOCK_SEQPACKET)),
        "xdp": outcome(lambda: socket.socket(44, socket.SOCK_RAW)),
        "netfilter": outcome(lambda: socket.socket(16, socket.SOCK_RAW, 12)),
        "audit": outcome(lambda: socket.socket(16, socket.SOCK_RAW, 9)),
        "bluetooth": outcome(lambda: socket.socket(31, socket.SOCK_RAW)),
    }
    print(sorted(set(got.values())))


def system_calls(_):
    numbers = {
        "ptrace": 101, "process_vm_readv": 310, "add_key": 248, "keyctl": 250, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "mount": 165, "umount2": 166, "pivot_root": 155,
        "chroot": 161, "open_tree": 428, "move_mount": 429, "fsopen": 430, "mount_setattr": 442, "setns": 308, "unshare": 272, "kexec_load": 246, "init_module": 175, "finit_module": 313,
        "open_by_handle_at": 304, "fanotify_init": 300, "quotactl": 179, "swapon": 167, "reboot": 169, "sethostname": 170, "iopl": 172, "syslog": 103, "clock_settime": 227, "memfd_secret": 447,
    } if X64 else {"ptrace": 117, "keyctl": 219, "bpf": 280, "mount": 40, "unshare": 97, "setns": 268, "chroot": 51}
    got = {name: call(number, 0, 0, 0, 0, 0) for name, number in numbers.items()}
    print(sorted(set(got.values())), {k: v for k, v in got.items() if v != "EPERM"})


def absent_calls(_):
    print([call(number, 1, 0, 0, 0) for number in (425, 426, 427, 435, 437)])


def foreign_calls(_):
    if not X64:
        return print("-31 ENOSYS (not x86-64)")

    def int80():
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, getpid; int 0x80; ret
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()

    print(in_child(int80), call(0x40000000 + 39))


def namespaces(_):
    clone = 56 if X64 else 220
    got = [call(272 if X64 else 97, 0x10000000), call(clone, 0x10000011, 0, 0, 0, 0), call(clone, 0x00020011, 0, 0, 0, 0)]
    nested = os.system("bwrap --unshare-user --bind / / true 2>/dev/null; unshare -Ur true 2>/dev/null")
    print(got, "nested refused" if nested else "nested runs")


def terminal(_):
    import fcntl
    import pty
    try:
        _main, sub = pty.openpty()
    except OSError:
        return print("no terminal")
    print(outcome(lambda: fcntl.ioctl(sub, 0x5412, b"x")))


def host_files(_):
    paths = ["/etc/shadow", "/etc/sudoers", "/root/.ssh", "/root/.aws", "/root/.cache", "/home", "/var/run/docker.sock", "/run", "/sys/fs/cgroup", "/dev/mem", "/dev/kvm", "/dev/fuse", "/dev/vda", "/dev/vsock", "/proc/kcore", "/boot", "/mnt", "/opt"]
    def read(path):
        os.listdir(path) if os.path.isdir(path) else os.close(os.open(path, os.O_RDONLY))
    got = {path: outcome(lambda path=path: read(path)) for path in paths}
    print(sorted(k for k, v in got.items() if v == "done") or "none", json.dumps(got))


def set_id(_):
    status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
    before = os.getuid()
    os.system("for p in su sudo newgrp passwd chsh mount; do command -v $p >/dev/null && echo | $p root -c id 2>/dev/null; done")
    open("own", "w").close()
    bits = [outcome(lambda: os.chmod("own", 0o4755)), outcome(lambda: os.close(os.open("own2", os.O_CREAT | os.O_WRONLY, 0o6755)))]
    print(status["NoNewPrivs"], status["CapEff"], status["CapPrm"], status["CapBnd"], status["CapAmb"], os.getuid() == before, bits)


def escape_by_descriptor(_):
    found = []
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        if fd < 3:
            continue
        try:
            found.append("%d:%s" % (fd, os.open("..", os.O_RDONLY, dir_fd=fd)))
        except OSError:
            pass
    print("escaped" if found else "held", found)


def compatible(_):
    import concurrent.futures
    import multiprocessing.shared_memory
    import pty
    import subprocess

    def pool():
        with concurrent.futures.ProcessPoolExecutor(2) as workers:
            return sum(workers.map(abs, [-1, -2]))

    def shared():
        block = multiprocessing.shared_memory.SharedMemory(create=True, size=100)
        block.close()
        block.unlink()
        return "shm"

    def manager():
        with multiprocessing.Manager() as held:
            return len(held.list([1, 2]))

    def in_a_terminal():
        pid, fd = pty.fork()
        if pid == 0:
            os.execvp("echo", ["echo", "pty"])
        return os.read(fd, 10).decode().strip()

    def shell():
        script = "echo hi > /dev/stdout; printf 'a b' | awk '{print $2}'; perl -e 'print 7, qq(\\n)'; getent passwd $(id -u) | cut -d: -f1; getent hosts localhost | wc -l"
        return subprocess.run(script, shell=True, capture_output=True, text=True).stdout.split()

    got = []
    for part in (pool, shared, manager, in_a_terminal, shell):
        try:
            got.append(part())
        except (OSError, EOFError) as error:
            got.append(type(error).__name__)
    print(got)


if __name__ == "__main__":
    name, argument = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    if name == "zombies":
        children(False)
    elif name == "sleepers":
        children(True)
    else:
        globals()[name](argument)
