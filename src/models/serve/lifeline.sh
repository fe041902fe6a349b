# Runs a server that must not outlive the program that asked for it. Standard input is a pipe from there: when its other
# end closes, however that program died, the whole process group is ended.
# usage: sh lifeline.sh PROGRAM [ARGUMENTS...]   (as the leader of a process group of its own)
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
(
  trap '' TERM
  exec >/dev/null 2>&1
  read -r line <&3
  kill -TERM 0
  for second in 1 2 3 4 5; do
    kill -0 "$server" || break
    sleep 1
  done
  kill -KILL 0
) &
watcher=$!
exec 3<&-
wait "$server"
status=$?
kill -KILL "$watcher" 2>/dev/null
exit "$status"
