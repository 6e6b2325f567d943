#import "MPPHttp.h"
#import "MPPWork.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

enum { kMaxAnswer = 4194304, kMaxUrl = 4096 };

/** The parts of an address. */
typedef struct {
  char text[kMaxUrl];
  const char *host, *port, *authority, *target;
} Address;

static BOOL isPort(const char *text) {
  char *end = NULL;
  long number = strtol(text, &end, 10);
  return *text >= '0' && *text <= '9' && *end == 0 && number > 0 && number < 65536;
}

/** Takes it apart in `address->text`, and gives the authority and the target as they are sent. */
static BOOL parse(NSString *url, Address *address, char *authority, char *target) {
  static const char scheme[] = "http://";
  for (NSUInteger at = 0; at < [url length]; at++) {
    unichar unit = [url characterAtIndex:at];
    if (unit <= ' ' || unit > '~') {
      return NO;
    }
  }
  if ([url length] >= kMaxUrl || ![url getCString:address->text maxLength:kMaxUrl encoding:NSASCIIStringEncoding] ||
      strncasecmp(address->text, scheme, strlen(scheme)) != 0) {
    return NO;
  }
  char *host = address->text + strlen(scheme);
  size_t length = strcspn(host, "/?#");
  snprintf(authority, kMaxUrl, "%.*s", (int)length, host);
  size_t path = strcspn(host + length, "#");
  snprintf(target, kMaxUrl, "%s%.*s", host[length] == '/' ? "" : "/", (int)path, host + length);
  host[length] = 0;
  char *bracket = *host == '[' ? strchr(host, ']') : NULL, *colon = strchr(bracket ? bracket : host, ':');
  address->port = colon ? colon + 1 : "80";
  if (colon) {
    *colon = 0;
  }
  if (bracket) {
    *bracket = 0;
    host++;
  }
  address->host = host;
  address->authority = authority;
  address->target = target;
  return *host != 0 && !strchr(host, '@') && isPort(address->port);
}

BOOL MPPIsHttp(NSString *url) {
  Address address;
  char authority[kMaxUrl], target[kMaxUrl];
  return parse(url, &address, authority, target);
}

void MPPPrepare(int socket) {
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
#ifdef SO_NOSIGPIPE
  int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes);
#endif
}

static BOOL await(int socket, short events, NSTimeInterval end) {
  struct pollfd polled = {socket, events, 0};
  for (;;) {
    NSTimeInterval left = end - MPPNow();
    int ready = left > 0 ? poll(&polled, 1, (int)(left * 1000) + 1) : 0;
    if (ready >= 0 || errno != EINTR) {
      return ready > 0;
    }
  }
}

ssize_t MPPRead(int socket, void *buffer, size_t most, NSTimeInterval end) {
  while (await(socket, POLLIN, end)) {
    ssize_t count = recv(socket, buffer, most, 0);
    if (count >= 0 || (errno != EAGAIN && errno != EINTR)) {
      return count;
    }
  }
  return -1;
}

BOOL MPPWrite(int socket, NSData *data, NSTimeInterval end) {
  const char *bytes = [data bytes];
  size_t left = [data length];
  while (left > 0 && await(socket, POLLOUT, end)) {
    ssize_t count = send(socket, bytes, left, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
      return NO;
    }
    bytes += count > 0 ? count : 0;
    left -= count > 0 ? (size_t)count : 0;
  }
  return left == 0;
}

/** A connected socket, or -1. */
static int connected(const Address *address, NSTimeInterval end) {
  struct addrinfo hints = {0}, *found = NULL;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(address->host, address->port, &hints, &found) != 0) {
    return -1;
  }
  int open = -1;
  for (struct addrinfo *each = found; each && open < 0; each = each->ai_next) {
    open = socket(each->ai_family, each->ai_socktype, each->ai_protocol);
    if (open < 0) {
      continue;
    }
    MPPPrepare(open);
    int error = connect(open, each->ai_addr, each->ai_addrlen) == 0 ? 0 : errno;
    socklen_t size = sizeof error;
    if (error == EINPROGRESS &&
        (!await(open, POLLOUT, end) || getsockopt(open, SOL_SOCKET, SO_ERROR, &error, &size) != 0)) {
      error = ETIMEDOUT;
    }
    if (error != 0) {
      close(open);
      open = -1;
    }
  }
  freeaddrinfo(found);
  return open;
}

/** Whatever comes until the connection ends; nil where it does not end within bounds. */
static NSData *readAll(int socket, NSTimeInterval end) {
  NSMutableData *found = [NSMutableData data];
  char buffer[16384];
  for (;;) {
    ssize_t count = MPPRead(socket, buffer, sizeof buffer, end);
    if (count <= 0) {
      return count == 0 ? found : nil;
    }
    [found appendBytes:buffer length:(NSUInteger)count];
    if ([found length] > kMaxAnswer) {
      return nil;
    }
  }
}

/** The status, and the body that came whole; 0 where it did not. */
static NSInteger taken(NSData *read, NSData **body) {
  NSData *blank = [NSData dataWithBytes:"\r\n\r\n" length:4];
  NSRange end = [read rangeOfData:blank options:0 range:NSMakeRange(0, [read length])];
  if (end.location == NSNotFound) {
    return 0;
  }
  NSUInteger start = end.location + end.length;
  NSData *bytes = [read subdataWithRange:NSMakeRange(0, end.location)];
  NSString *head = MPP_AUTORELEASED([[NSString alloc] initWithData:bytes encoding:NSISOLatin1StringEncoding]);
  *body = [read subdataWithRange:NSMakeRange(start, [read length] - start)];
  for (NSString *line in [head componentsSeparatedByString:@"\r\n"]) {
    NSString *name = @"content-length:";
    if ([[line lowercaseString] hasPrefix:name] &&
        [[line substringFromIndex:[name length]] longLongValue] > (long long)[*body length]) {
      return 0;
    }
  }
  NSArray *words = [head componentsSeparatedByString:@" "];
  return [head hasPrefix:@"HTTP/1."] && [words count] > 1 ? [[words objectAtIndex:1] integerValue] : 0;
}

NSInteger MPPPost(NSString *url, NSData *json, NSTimeInterval timeout, NSString *reportId, NSData **answer,
                  NSString **problem) {
  Address address;
  char authority[kMaxUrl], target[kMaxUrl];
  NSTimeInterval end = MPPNow() + timeout;
  int open = parse(url, &address, authority, target) ? connected(&address, end) : -1;
  NSData *read = nil;
  if (open >= 0) {
    // HTTP/1.0: an answer ends with its connection, and comes in one piece.
    NSString *named = reportId ? [NSString stringWithFormat:@"Report-Id: %@\r\n", reportId] : @"";
    NSString *head = [NSString stringWithFormat:@"POST %s HTTP/1.0\r\nHost: %s\r\nContent-Type: application/json\r\n"
                                                @"Content-Length: %lu\r\n%@\r\n",
                                                target, authority, (unsigned long)[json length], named];
    NSMutableData *request = [NSMutableData dataWithData:[head dataUsingEncoding:NSASCIIStringEncoding]];
    [request appendData:json];
    read = MPPWrite(open, request, end) ? readAll(open, end) : nil;
    close(open);
  }
  NSInteger status = read ? taken(read, answer) : 0;
  *problem = status ? nil : [NSString stringWithFormat:@"no answer from %@", url];
  return status;
}
