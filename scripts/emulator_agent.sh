#!/bin/busybox sh
# The first process of the machine that scripts/emulator.py emulates: loads the
# drivers of the disks, then does jobs until the machine is stopped.
#
# The host reads and writes the disks as files meanwhile. Of the first, sector 0
# names the job to do, "NUMBER SECTORS SECONDS", and a tar archive of as many
# sectors starts at 1 MiB; of the second, sector 0 names the last job that was
# done, "NUMBER SECTORS", and its archive starts at 1 MiB, too. A job is a folder
# with a script `job`; what is there when that has ended, or was killed for taking
# longer than so many seconds of the machine's clock, is the answer.
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for driver in /drivers/*; do insmod "$driver"; done
until [ -b /dev/sda ] && [ -b /dev/sdb ]; do usleep 1000; done

answer() {
  dd if=/answer of=/dev/sdb bs=1M seek=1 conv=notrunc,fsync
  printf '%-511s\n' "$1 $(($(stat -c %s /answer) / 512))" |
    dd of=/dev/sdb bs=512 conv=notrunc,fsync
}

last=0
: >/answer
answer 0 2>/dev/null
echo "ready"
while :; do
  read -r job sectors seconds <<HEAD
$(dd if=/dev/sda bs=512 count=1 iflag=direct 2>/dev/null)
HEAD
  if [ "$job" = "$last" ]; then
    usleep 2000
    continue
  fi
  last=$job
  mkdir /job
  cd /job
  dd if=/dev/sda bs=1M skip=1M iflag=direct,skip_bytes,count_bytes \
    count=$((sectors * 512)) 2>/dev/null | tar x
  timeout -s KILL "$seconds" sh ./job >stdout 2>stderr </dev/null
  echo $? >status
  tar c . >/answer
  answer "$job" 2>/dev/null
  cd /
  rm -rf /job
done
