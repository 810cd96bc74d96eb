# Sourced by the lab's scripts: where the kernel is kept, and how to say that it can't be had.
# `name` is the script's, for what it says.

# Exit codes that are the lab's own; every other is the command's in the guest.
skipped=77 # qemu or the kernel can't be had here
timedout=124 # the guest did not end in time
broken=125 # the guest did not come up, or died
export PATH="$PATH:/usr/sbin:/sbin"

cache=${ROPEWALK_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ropewalk/lab}

say() { echo "$name: $*" >&2; }

has() { command -v "$1" >/dev/null 2>&1; }

# Prints the Debian packages that are missing, by the program that each is wanted for.
lacking() {
  for pair in "$@"; do
    has "${pair%%:*}" || printf ' %s' "${pair#*:}"
  done
}

# What booting needs, and what the crash oracle needs besides.
to_boot='qemu-system-x86_64:qemu-system-x86 busybox:busybox-static modprobe:kmod'
to_crash='dmsetup:dmsetup mkfs.ext4:e2fsprogs mkfs.xfs:xfsprogs'

# Sets `kernel` to the folder of the unpacked kernel; false if there is none.
find_kernel() {
  kernel=$cache/kernel
  [ -r "$kernel/vmlinuz" ] && [ -r "$kernel/release" ] && read -r release <"$kernel/release"
}

# Ends the script as skipped unless a guest can be booted.
demand_lab() {
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || {
    say "skipped: the lab boots a kernel for x86-64 on Linux, and this is $(uname -s) on $(uname -m)."
    exit "$skipped"
  }
  # shellcheck disable=SC2086 # pairs are words
  missing=$(lacking $to_boot)
  [ -z "$missing" ] || {
    say "skipped: not installed:$missing; lab/setup gets what is missing."
    exit "$skipped"
  }
  find_kernel || {
    say "skipped: no kernel in $cache; lab/setup gets it."
    exit "$skipped"
  }
}

# $1 as one word for a shell.
quoted() { printf "'%s'" "$(printf '%s\n' "$1" | sed "s/'/'\\\\''/g")"; }
