/* A disk that fails, for one process: from the n-th call on, calls on files below a folder fail with an errno.
   Loaded with LD_PRELOAD; armed by FAULT_* in the environment or by fault_arm(). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char folder[PATH_MAX];
static long after = -1; /* calls that still go well; -1: all */
static int failing = 0;
static int error_number = 0;
static int kinds = 0; /* 1: write and sync, 2: read, 4: open for writing */
static long hits = 0;

void fault_arm(const char *path, long count, int number, int which) {
    snprintf(folder, sizeof folder, "%s", path);
    error_number = number;
    kinds = which;
    hits = 0;
    failing = 0;
    after = count;
}

long fault_hits(void) { return hits; }

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULT_FOLDER");
    if (path)
        fault_arm(path, atol(getenv("FAULT_AFTER")), atoi(getenv("FAULT_ERRNO")), atoi(getenv("FAULT_KINDS")));
}

static int strikes(const char *path, int kind) {
    if (after < 0 || !(kinds & kind) || strncmp(path, folder, strlen(folder)) != 0)
        return 0;
    if (after > 0) {
        after--;
        return 0;
    }
    hits++;
    errno = error_number;
    return 1;
}

static int strikes_fd(int fd, int kind) {
    char link[64], path[PATH_MAX];
    if (after < 0 || !(kinds & kind))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return strikes(path, kind);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) {
    return strikes_fd(fd, 1) ? -1 : REAL(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    return strikes_fd(fd, 1) ? -1 : REAL(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    return strikes_fd(fd, 1) ? -1 : REAL(pwrite64)(fd, data, size, at);
}
int fsync(int fd) { return strikes_fd(fd, 1) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return strikes_fd(fd, 1) ? -1 : REAL(fdatasync)(fd); }
ssize_t read(int fd, void *data, size_t size) { return strikes_fd(fd, 2) ? -1 : REAL(read)(fd, data, size); }
ssize_t pread(int fd, void *data, size_t size, off_t at) {
    return strikes_fd(fd, 2) ? -1 : REAL(pread)(fd, data, size, at);
}
ssize_t pread64(int fd, void *data, size_t size, off64_t at) {
    return strikes_fd(fd, 2) ? -1 : REAL(pread64)(fd, data, size, at);
}

#define OPENS(name)                                                   \
    int name(const char *path, int flags, ...) {                      \
        mode_t mode = 0;                                              \
        if (flags & (O_CREAT | O_TMPFILE)) {                          \
            va_list rest;                                             \
            va_start(rest, flags);                                    \
            mode = va_arg(rest, mode_t);                              \
            va_end(rest);                                             \
        }                                                             \
        if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) && strikes(path, 4)) \
            return -1;                                                \
        return REAL(name)(path, flags, mode);                         \
    }
OPENS(open)
OPENS(open64)
