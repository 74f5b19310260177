/* Calls that fail: LD_PRELOAD this, and the k-th call of a kind on a path that holds some words fails.
 *
 * FAIL_CALL: open, write or rename; FAIL_AT: from which call on, counted in each process;
 * FAIL_ERRNO: with what; FAIL_PATH: the words.
 * FAIL_MEMORY: how many MiB of address space a job has; FAIL_SIZE: how many bytes its files may have. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int fails(const char *call, const char *path) {
  static int seen;
  const char *asked = getenv("FAIL_CALL"), *words = getenv("FAIL_PATH");
  if (!asked || !words || strcmp(asked, call) || !path || !strstr(path, words)) return 0;
  if (__atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST) < atoi(getenv("FAIL_AT"))) return 0;
  errno = atoi(getenv("FAIL_ERRNO"));
  return 1;
}

static int fails_at(const char *call, int file) {
  char link[64], path[4096];
  if (!getenv("FAIL_CALL") || strcmp(getenv("FAIL_CALL"), call)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return fails(call, path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *from, size_t bytes) {
  return fails_at("write", file) ? -1 : REAL(write)(file, from, bytes);
}
ssize_t pwrite(int file, const void *from, size_t bytes, off_t at) {
  return fails_at("write", file) ? -1 : REAL(pwrite)(file, from, bytes, at);
}
ssize_t pwrite64(int file, const void *from, size_t bytes, off64_t at) {
  return fails_at("write", file) ? -1 : REAL(pwrite64)(file, from, bytes, at);
}
ssize_t writev(int file, const struct iovec *from, int count) {
  return fails_at("write", file) ? -1 : REAL(writev)(file, from, count);
}
int rename(const char *from, const char *to) {
  return fails("rename", to) ? -1 : REAL(rename)(from, to);
}
int renameat(int a, const char *from, int b, const char *to) {
  return fails("rename", to) ? -1 : REAL(renameat)(a, from, b, to);
}

#define OPENS(name)                                            \
  int name(const char *path, int flags, ...) {                 \
    va_list rest;                                              \
    va_start(rest, flags);                                     \
    mode_t mode = va_arg(rest, mode_t);                        \
    va_end(rest);                                              \
    if ((flags & O_ACCMODE) != O_RDONLY && fails("open", path)) return -1; \
    return REAL(name)(path, flags, mode);                      \
  }
OPENS(open)
OPENS(open64)

static void limit(int what, const char *asked, int unit) {
  rlim_t most = asked ? (rlim_t)atoi(asked) * unit : 0;
  struct rlimit limit = {most, most};
  if (asked) setrlimit(what, &limit);
}

__attribute__((constructor)) static void limit_jobs(void) {
  char words[4096] = {0};
  FILE *file = fopen("/proc/self/cmdline", "r");
  if (!file) return;
  size_t length = fread(words, 1, sizeof words - 1, file);
  fclose(file);
  for (size_t at = 0; at < length; at++) words[at] = words[at] ? words[at] : ' ';
  if (!strstr(words, ".snakemake/scripts/")) return;
  limit(RLIMIT_AS, getenv("FAIL_MEMORY"), 1 << 20);
  limit(RLIMIT_FSIZE, getenv("FAIL_SIZE"), 1);
}
