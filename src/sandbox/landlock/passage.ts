import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { systemProgram } from '../programs.ts';
import { barrier } from '../reach.ts';
import { filterArch } from '../seccomp.ts';

// An access list is a version and entries of tag, rights and id (linux/posix_acl_xattr.h). One that names a user holds a mask, which
// bounds it; without such entries the kernel makes a plain mode of it again.
const SCRIPT = `
my ($get, $set, $word, $uid, @paths) = @ARGV;
($get, $set) = ($get + 0, $set + 0);
my ($USER_OBJ, $USER, $GROUP_OBJ, $GROUP, $MASK, $OTHER) = (1, 2, 4, 8, 16, 32);
while (my ($rights, $path) = splice @paths, 0, 2) {
    my ($name, $attribute, $buffer) = ("$path\\0", "system.posix_acl_access\\0", "\\0" x 4096);
    my $length = syscall($get, $name, $attribute, $buffer, 4096);
    my @entries;
    if ($length > 4) { @entries = map { [unpack 'SSL', $_] } unpack '(a8)*', substr $buffer, 4, $length - 4 }
    else {
        my @info = stat $path or die "$path: $!\\n";
        @entries = map { [$_->[0], $info[2] >> $_->[1] & 7, 0xffffffff] } [$USER_OBJ, 6], [$GROUP_OBJ, 3], [$OTHER, 0];
    }
    @entries = grep { $_->[0] != $MASK && !($_->[0] == $USER && $_->[2] == $uid) } @entries;
    push @entries, [$USER, $rights, $uid] if $word eq 'open';
    if (grep { $_->[0] == $USER || $_->[0] == $GROUP } @entries) {
        my $mask = 0;
        $mask |= $_->[1] for grep { $_->[0] != $USER_OBJ && $_->[0] != $OTHER } @entries;
        push @entries, [$MASK, $mask, 0xffffffff];
    }
    my $list = pack('L', 2) . join '', map { pack 'SSL', @$_ } sort { $a->[0] <=> $b->[0] || $a->[2] <=> $b->[2] } @entries;
    syscall($set, $name, $attribute, $list, length $list, 0) == 0 or die "$path: $!\\n";
}
`;
/** getxattr and setxattr, from the kernel's unistd tables. */
const CALLS = { x64: [191, 188], arm64: [8, 5] } as const;
const PASS = 1;
const READ = 4;

const opened = new Map<number, Map<string, number>>();

/**
 * Lets a uid that is nobody's, and nobody else, through root's folders to a path and lets it read what stands there: by entries in their access
 * lists, which are taken away when this process ends. A killed one leaves a right for a user that does not exist.
 *
 * @throws an Error that names the folder, where its file system has no access lists
 */
export function openWay(path: string, uid: number): void {
  const mine = opened.get(uid) ?? new Map<string, number>();
  opened.set(uid, mine);
  const wanted = new Map<string, number>();
  const user = { uid, gid: uid };
  for (let closed = barrier(path, user); closed !== undefined; closed = closed === '/' ? undefined : barrier(closed, user)) wanted.set(closed, PASS);
  const { uid: owner, mode } = statSync(path);
  const needed = statSync(path).isDirectory() ? READ | PASS : READ;
  if (owner !== uid && (mode & needed) !== needed) wanted.set(path, READ | ((mode >> 6) & PASS));
  for (const known of mine.keys()) wanted.delete(known);
  if (wanted.size === 0) return;
  change('open', uid, wanted);
  if ([...opened.values()].every(({ size }) => size === 0)) process.once('exit', closeWays);
  for (const [folder, rights] of wanted) mine.set(folder, rights);
}

function closeWays(): void {
  for (const [uid, paths] of opened) if (paths.size > 0) change('close', uid, paths);
  opened.clear();
}

function change(word: 'open' | 'close', uid: number, paths: ReadonlyMap<string, number>): void {
  const calls = CALLS[filterArch() ?? 'x64'];
  const words = [...calls, word, uid, ...[...paths].flatMap(([path, rights]) => [rights, path])];
  const result = spawnSync(systemProgram('perl') ?? 'perl', ['-e', SCRIPT, ...words.map(String)], { env: {}, encoding: 'utf8' });
  if (result.status !== 0) throw result.error ?? new Error(result.stderr.trim());
}
