/* Stands before fsync and fdatasync of a program that is started with LD_PRELOAD. Notes in the file LOSSY_DISK_LOG, for
 * every regular file: "b <inode> <length>" before a sync, "e <inode> <length>" once it has come off, with the length that
 * the file had before: so much of it is safe. While LOSSY_DISK_LOG.slow is there, a sync takes 1.8 s longer.
 *
 * It must never change what a sync does. A line is one write, so that a fork may write beside its parent. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void note(const char *log, char what, const struct stat *file) {
  int fd = open(log, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd < 0) return;
  dprintf(fd, "%c %llu %lld\n", what, (unsigned long long)file->st_ino, (long long)file->st_size);
  close(fd);
}

static int is_slow(const char *log) {
  char slow[PATH_MAX];
  snprintf(slow, sizeof slow, "%s.slow", log);
  return access(slow, F_OK) == 0;
}

static int sync_noted(long call, int fd) {
  const char *log = getenv("LOSSY_DISK_LOG");
  struct stat before;
  if (!log || fstat(fd, &before) != 0 || !S_ISREG(before.st_mode)) return (int)syscall(call, fd);
  note(log, 'b', &before);
  if (is_slow(log)) {
    struct timespec slow = {1, 800000000};
    nanosleep(&slow, NULL);
  }
  int outcome = (int)syscall(call, fd);
  int error = errno;
  if (outcome == 0) note(log, 'e', &before);
  errno = error;
  return outcome;
}

int fsync(int fd) { return sync_noted(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_noted(SYS_fdatasync, fd); }
