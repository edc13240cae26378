/* Preloaded where the kernel has neither /dev/dma_heap nor /dev/udmabuf: libcamera's virtual pipeline and picamera2
 * only map the buffers that they allocate there, so an anonymous memory file (memfd) can stand in for a dma-buf.
 *
 * open() of one of those devices gives /dev/null instead; the two allocating ioctls give a memfd; the dma-buf
 * ioctls (sync, set name) that fail on a memfd are answered with success. Everything else goes to the C library. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

static const char *const devices[] = {"/dev/udmabuf", "/dev/dma_heap/linux,cma", "/dev/dma_heap/vidbuf_cached"};

static const char *stand_in(const char *path) {
  for (size_t i = 0; path && i < sizeof devices / sizeof *devices; i++)
    if (!strcmp(path, devices[i])) return "/dev/null";
  return path;
}

typedef int open_fn(const char *, int, ...);

static int open_with(const char *name, const char *path, int flags, va_list rest) {
  open_fn *next = (open_fn *)dlsym(RTLD_NEXT, name);
  mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  return next(stand_in(path), flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  int fd = open_with("open", path, flags, rest);
  va_end(rest);
  return fd;
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  int fd = open_with("open64", path, flags, rest);
  va_end(rest);
  return fd;
}

static int allocate(struct dma_heap_allocation_data *wanted) {
  int fd = memfd_create("dma-heap", MFD_CLOEXEC);
  if (fd < 0) return -1;
  if (ftruncate(fd, (off_t)wanted->len) < 0) {
    close(fd);
    return -1;
  }
  wanted->fd = (unsigned)fd;
  return 0;
}

int ioctl(int fd, unsigned long request, ...) {
  static int (*next)(int, unsigned long, ...);
  if (!next) next = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
  va_list rest;
  va_start(rest, request);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  unsigned code = (unsigned)request; /* callers sign-extend it */
  if (code == (unsigned)UDMABUF_CREATE)
    return fcntl((int)((struct udmabuf_create *)argument)->memfd, F_DUPFD_CLOEXEC, 0);
  if (code == (unsigned)DMA_HEAP_IOCTL_ALLOC) return allocate(argument);
  int result = next(fd, request, argument);
  int is_dma_buf = ((code >> 8) & 0xff) == DMA_BUF_BASE && (code & 0xff) <= 1;
  if (result < 0 && is_dma_buf) {
    errno = 0;
    return 0;
  }
  return result;
}
