# For the scripts beside this one, which source it.

# best RUNS OUTPUT COMMAND ..: runs the command so often, its standard output into OUTPUT, and prints what the run took that was over first:
# "seconds CPU-seconds megabytes". Status 1 is an answer (something was found); another one ends it with what the command said.
best() {
  local runs=$1 output=$2 times
  shift 2
  times=$(mktemp)
  for _ in $(seq "$runs"); do
    /usr/bin/time -a -o "$times" -f '%e %U %S %M' "$@" >"$output" 2>"$times.error" || [ $? = 1 ] || {
      cat "$times.error" >&2
      rm -f "$times" "$times.error"
      return 1
    }
  done
  grep -v '^Command exited' "$times" | sort -n | awk 'NR == 1 {printf "%s %.2f %.0f\n", $1, $2 + $3, $4 / 1024}'
  rm -f "$times" "$times.error"
}

# What every table begins with: how busy the machine is.
machine() { printf '%s CPUs, load %s' "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)"; }
