# Runs one command under Landlock, a system call filter and limits, where no namespace may be made. Perl without modules, because
# every Debian and Ubuntu image has that much and nothing needs compiling.
#
# Descriptor 3: status, as JSON words of bubblewrap's form. 4: one byte right before the command. 5: what to do, words that end in
# NUL. 6: the system call filter. Three processes: the front (the agent kills it, so that it must hold nothing), the keeper (kills
# and reaps the whole tree, also when the front dies), and the command.
use strict;

# From the kernel's unistd tables; numbers from 424 on are the same everywhere. arm64 has not been run.
my %number = (
    x64   => { prctl => 157, setgroups => 116, setresuid => 117, setresgid => 119, capset => 126, openat => 257, prlimit64 => 302, rt_sigprocmask => 14, rt_sigtimedwait => 128, kill => 62, setsid => 112 },
    arm64 => { prctl => 167, setgroups => 159, setresuid => 147, setresgid => 149, capset => 91, openat => 56, prlimit64 => 261, rt_sigprocmask => 135, rt_sigtimedwait => 137, kill => 129, setsid => 157 },
);
my ($CLOSE_RANGE, $CREATE_RULESET, $ADD_RULE, $RESTRICT_SELF) = (436, 444, 445, 446);
# linux/prctl.h
my ($PDEATHSIG, $CAPBSET_DROP, $SECCOMP, $SUBREAPER, $NO_NEW_PRIVS, $AMBIENT) = (1, 24, 22, 36, 38, 47);
my $RLIMIT_NPROC = 6;
my ($SIGKILL, $SIGTERM, $SIGCHLD) = (9, 15, 17);

sub words {
    my ($fd) = @_;
    open(my $in, '<&=', $fd) or die "descriptor $fd: $!\n";
    binmode $in;
    local $/;
    return scalar <$in>;
}
my @words = split /\0/, words(5), -1;
pop @words;
my $filter = words(6);
my (%one, @rules, @limits, %environment);
while (defined(my $word = shift @words)) {
    last if $word eq '--';
    if    ($word eq 'rule')  { push @rules, [splice @words, 0, 2] }
    elsif ($word eq 'limit') { push @limits, [splice @words, 0, 3] }
    elsif ($word eq 'env')   { my ($name, $value) = splice @words, 0, 2; $environment{$name} = $value }
    else                     { $one{$word} = shift @words }
}
my $nr = $number{ $one{arch} } or die "no system call numbers for $one{arch}\n";

# perl hands a number over only where the value is one, else the address of its text.
sub call { my ($n, @arguments) = @_; return syscall($n, map { /^-?\d+$/ ? $_ + 0 : $_ } @arguments) }
sub must { my ($what, @arguments) = @_; my $result = call(@arguments); die "$what: $!\n" if $result < 0; return $result }
sub prctl { my ($what, @arguments) = @_; return must("prctl $what", $nr->{prctl}, @arguments, (0) x (5 - @arguments)) }

# The order in which the rights came, linux/landlock.h: 13 at first, then moves between folders, truncation, device control.
my $abi = call($CREATE_RULESET, 0, 0, 1);
die "this kernel offers Landlock $abi, signals are held back from 6 on\n" if $abi < 6;
my $HANDLED = (1 << 16) - 1;
# What can be said of something that is no folder: execute, write, read, truncate, device control.
my $OF_FILES = 1 | 2 | 4 | 1 << 14 | 1 << 15;
my ($SCOPE_ABSTRACT_UNIX, $SCOPE_SIGNAL, $NET_BIND_CONNECT) = (1, 2, 3);

sub restrict {
    my ($handled, $net, $scoped, @allowed) = @_;
    my $attributes = pack 'QQQ', $handled, $net, $scoped;
    my $ruleset = must('landlock_create_ruleset', $CREATE_RULESET, $attributes, length $attributes, 0);
    for my $rule (@allowed) {
        my ($rights, $path) = @$rule;
        # O_PATH | O_CLOEXEC, and O_NOFOLLOW but for our own descriptors: every other path was resolved by the agent.
        my $flags = 0x200000 | 0x80000 | ($path =~ m{^/proc/self/fd/} ? 0 : $one{nofollow});
        my $name = "$path\0";
        my $fd = must("open $path", $nr->{openat}, -100, $name, $flags, 0);
        $rights &= $OF_FILES unless -d "/proc/self/fd/$fd";
        my $beneath = pack 'Ql', $rights, $fd;
        must("landlock_add_rule $path", $ADD_RULE, $ruleset, 1, $beneath, 0);
        must('close', $CLOSE_RANGE, $fd, $fd, 0);
    }
    must('landlock_restrict_self', $RESTRICT_SELF, $ruleset, 0);
    must('close', $CLOSE_RANGE, $ruleset, $ruleset, 0);
}

# Would one more process be allowed under this limit.
sub fits {
    my ($limit) = @_;
    my $now = pack 'QQ', 0, 0;
    syscall($nr->{prlimit64}, 0, $RLIMIT_NPROC, 0, $now) == 0 or die "limit: $!\n";
    my (undef, $most) = unpack 'QQ', $now;
    return 1 if $limit >= $most;
    my $pair = pack 'QQ', $limit, $most;
    must('limit', $nr->{prlimit64}, 0, $RLIMIT_NPROC, $pair, 0);
    my $child = fork;
    return 0 unless defined $child;
    exit 0 unless $child;
    waitpid $child, 0;
    return 1;
}

# How many processes the user has: at least those that are seen. The kernel tells only by refusing.
sub tasks {
    my ($seen) = @_;
    my ($low, $high) = ($seen, $seen);
    ($low, $high) = ($high, 2 * $high + 64) until fits($high + 1);
    while ($high - $low > 8) {
        my $middle = int(($low + $high) / 2);
        if (fits($middle + 1)) { $high = $middle } else { $low = $middle }
    }
    return $high;
}

sub command {
    my ($keeper) = @_;
    prctl('PDEATHSIG', $PDEATHSIG, $SIGKILL);
    exit 1 if getppid() != $keeper;
    must('setsid', $nr->{setsid});
    my $none = pack 'Q', 0;
    must('rt_sigprocmask', $nr->{rt_sigprocmask}, 2, $none, 0, 8);
    # RLIMIT_NPROC counts what the user has already, also where a container does not show it.
    my $used = defined $one{uid} ? 0 : tasks($one{tasks});
    for my $limit (@limits) {
        my ($resource, @wanted) = map { $_ + 0 } @$limit;
        @wanted = map { $_ + $used } @wanted if $resource == $RLIMIT_NPROC;
        my $now = pack 'QQ', 0, 0;
        syscall($nr->{prlimit64}, 0, $resource, 0, $now) == 0 or die "limit $resource: $!\n";
        # Nobody here may raise what the container was given.
        my (undef, $most) = unpack 'QQ', $now;
        my $pair = pack 'QQ', map { $_ < $most ? $_ : $most } @wanted;
        must("limit $resource", $nr->{prlimit64}, 0, $resource, $pair, 0);
    }
    if (defined $one{uid}) {
        # Ends at the first number that is no capability.
        for my $capability (0 .. 63) { last if call($nr->{prctl}, $CAPBSET_DROP, $capability, 0, 0, 0) < 0 }
        my $groups = pack 'l', 0;
        must('setgroups', $nr->{setgroups}, 0, $groups);
        must('setresgid', $nr->{setresgid}, ($one{uid}) x 3);
        must('setresuid', $nr->{setresuid}, ($one{uid}) x 3);
        die "root was not dropped\n" if $< != $one{uid} or $> != $one{uid} or call($nr->{setresuid}, -1, 0, -1) == 0;
        # A change of user takes the signal of the parent's death away.
        prctl('PDEATHSIG', $PDEATHSIG, $SIGKILL);
        exit 1 if getppid() != $keeper;
    }
    prctl('AMBIENT', $AMBIENT, 4);
    my ($header, $nothing) = (pack('Ll', 0x20080522, 0), pack('L6', (0) x 6));
    must('capset', $nr->{capset}, $header, $nothing);
    prctl('NO_NEW_PRIVS', $NO_NEW_PRIVS, 1);
    chdir $one{cwd} or die "cannot enter $one{cwd}: $!\n";
    umask 022;
    restrict($HANDLED, $one{net} ? 0 : $NET_BIND_CONNECT, $SCOPE_ABSTRACT_UNIX | $SCOPE_SIGNAL, @rules);
    my $program = pack 'S x6 P', length($filter) / 8, $filter;
    prctl('SECCOMP', $SECCOMP, 2, $program);
    %ENV = %environment;
    syswrite STATUS_MARK, '.' or die "marker: $!\n";
    must('close', $CLOSE_RANGE, 3, 0xffffffff, 0);
    exec { $words[0] } @words or print STDERR "$words[0]: $!\n";
    # ENOENT
    exit($! == 2 ? 127 : 126);
}

prctl('PDEATHSIG', $PDEATHSIG, $SIGKILL);
exit 1 if getppid() != $one{parent};
must('close', $CLOSE_RANGE, 5, 0xffffffff, 0);
open(STATUS, '>&=', 3) && open(STATUS_MARK, '>&=', 4) or die "status: $!\n";
my $front = $$;
my $keeper = fork;
die "fork: $!\n" unless defined $keeper;
if ($keeper) {
    must('close', $CLOSE_RANGE, 3, 4, 0);
    waitpid $keeper, 0;
    exit 0;
}

# The keeper. In a session of its own, because the agent kills the group of the front; the front's death is a signal it can act upon.
prctl('PDEATHSIG', $PDEATHSIG, $SIGTERM);
my $waited = pack 'Q', 1 << ($SIGTERM - 1) | 1 << ($SIGCHLD - 1);
must('rt_sigprocmask', $nr->{rt_sigprocmask}, 0, $waited, 0, 8);
exit 1 if getppid() != $front;
must('setsid', $nr->{setsid});
prctl('SUBREAPER', $SUBREAPER, 1);
prctl('NO_NEW_PRIVS', $NO_NEW_PRIVS, 1);
# From here on a signal of the keeper reaches nothing but what it starts: `kill -1` means the tree, whole and at one moment.
restrict(0, 0, $SCOPE_SIGNAL);
syswrite STATUS, qq({"child-pid": $front}\n) or die "status: $!\n";
$keeper = $$;
my $command = fork;
die "fork: $!\n" unless defined $command;
command($keeper) unless $command;
must('close', $CLOSE_RANGE, 4, 4, 0);

my $code;
my $until = time + $one{seconds};
while (!defined $code and time < $until) {
    my $pause = pack 'qq', $until - time, 0;
    my $signal = call($nr->{rt_sigtimedwait}, $waited, 0, $pause, 8);
    last if $signal > 0 and $signal != $SIGCHLD;
    while ((my $pid = waitpid -1, 1) > 0) {
        $code = $? & 127 ? 128 + ($? & 127) : $? >> 8 if $pid == $command;
    }
}
call($nr->{kill}, -1, $SIGKILL);
# Until there is no child: whoever loses its parent becomes the keeper's.
1 while waitpid(-1, 0) > 0;
syswrite STATUS, qq({"exit-code": $code}\n) if defined $code;
