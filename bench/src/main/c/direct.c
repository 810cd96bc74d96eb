/*
 * Direct reads by pread(2): as many threads as the depth says, each with a block of its own.
 *
 *   direct FILE
 *
 * Each line on stdin is "random|sequential DEPTH BLOCK MILLIS"; the answer is "done OPS NANOS HEAP",
 * where HEAP is 0.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int file;
static long block, blocks;
static int is_random;
static int64_t end;
static long ops, turn;
static const char *volatile failed;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void *reader(void *argument) {
  uint64_t state = (uint64_t)(uintptr_t)argument * 0x9e3779b97f4a7c15ULL + 1;
  long done = 0;
  void *memory;
  if (posix_memalign(&memory, 4096, block)) {
    failed = "posix_memalign";
    return NULL;
  }
  while ((done & 15) || now() < end) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    long at = is_random ? (long)(state % blocks) : __atomic_fetch_add(&turn, 1, __ATOMIC_RELAXED) % blocks;
    if (pread(file, memory, block, at * block) != block) {
      failed = "pread";
      break;
    }
    done++;
  }
  free(memory);
  __atomic_fetch_add(&ops, done, __ATOMIC_RELAXED);
  return NULL;
}

int main(int count, char **arguments) {
  char line[128], pattern[16];
  int depth;
  long millis;
  struct stat status;
  if (count != 2 || (file = open(arguments[1], O_RDONLY | O_DIRECT)) < 0 || fstat(file, &status)) {
    printf("error open: %s\n", strerror(errno));
    return 1;
  }
  printf("ready\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    if (sscanf(line, "%15s %d %ld %ld", pattern, &depth, &block, &millis) != 4 || depth > 1024) {
      printf("error what is %s", line);
      return 1;
    }
    pthread_t threads[1024];
    int64_t start = now();
    is_random = strcmp(pattern, "random") == 0;
    blocks = status.st_size / block;
    ops = turn = 0;
    end = start + millis * 1000000LL;
    for (long i = 0; i < depth; i++)
      pthread_create(&threads[i], NULL, reader, (void *)(start + i));
    for (int i = 0; i < depth; i++)
      pthread_join(threads[i], NULL);
    if (failed)
      printf("error %s: %s\n", failed, strerror(errno));
    else
      printf("done %ld %lld 0\n", ops, (long long)(now() - start));
    fflush(stdout);
  }
  return 0;
}
