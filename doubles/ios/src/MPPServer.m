/** The adaptor as an HTTP server (openapi/mpp-adaptor.yaml): one request a connection, each within bounds. */
#import "MPPHttp.h"
#import "MPPInternal.h"
#import "MPPJson.h"
#import "MPPWork.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kMaxBody = 1048576, kMaxRead = 16777216, kMaxHead = 65536, kMaxConnections = 32 };
static const NSTimeInterval kRequest = 10;

/** nil where it does not end within its bounds of size and time; what was read beyond it goes to `rest`. */
static NSString *readHead(int connection, NSMutableData *rest, NSTimeInterval end) {
  NSData *blank = [NSData dataWithBytes:"\r\n\r\n" length:4];
  char buffer[8192];
  for (;;) {
    NSRange found = [rest rangeOfData:blank options:0 range:NSMakeRange(0, [rest length])];
    if (found.location != NSNotFound) {
      NSData *head = [rest subdataWithRange:NSMakeRange(0, found.location)];
      [rest replaceBytesInRange:NSMakeRange(0, found.location + found.length) withBytes:NULL length:0];
      return MPP_AUTORELEASED([[NSString alloc] initWithData:head encoding:NSISOLatin1StringEncoding]);
    }
    ssize_t count = [rest length] > kMaxHead ? -1 : MPPRead(connection, buffer, sizeof buffer, end);
    if (count <= 0) {
      return nil;
    }
    [rest appendBytes:buffer length:(NSUInteger)count];
  }
}

/** The length of the body, 0 where none is said; -1 where it is no length, too long, or said in another way. */
static long bodyLength(NSString *head) {
  NSString *said = nil;
  for (NSString *line in [head componentsSeparatedByString:@"\r\n"]) {
    NSRange colon = [line rangeOfString:@":"];
    if (colon.location == NSNotFound) {
      continue;
    }
    NSString *name = [[line substringToIndex:colon.location] lowercaseString];
    NSString *value = [[line substringFromIndex:colon.location + 1]
        stringByTrimmingCharactersInSet:[NSCharacterSet whitespaceCharacterSet]];
    if ([name isEqualToString:@"transfer-encoding"]) {
      return -1;
    }
    if ([name isEqualToString:@"content-length"]) {
      if (said && ![said isEqualToString:value]) {
        return -1;
      }
      said = value;
    }
  }
  NSCharacterSet *others = [[NSCharacterSet characterSetWithCharactersInString:@"0123456789"] invertedSet];
  BOOL isLength = [said length] > 0 && [said length] <= 8 && [said rangeOfCharacterFromSet:others].location == NSNotFound;
  long length = isLength ? (long)[said integerValue] : said ? -1 : 0;
  return length <= kMaxRead ? length : -1;
}

/** The body; empty where it is too long, but read to its end: its sender is to hear why. nil where it did not end. */
static NSData *readBody(int connection, NSMutableData *read, long length, NSTimeInterval end) {
  BOOL isTooLong = length > kMaxBody;
  long left = length - (long)[read length];
  char buffer[16384];
  while (left > 0) {
    ssize_t count = MPPRead(connection, buffer, (size_t)MIN(left, (long)sizeof buffer), end);
    if (count <= 0) {
      return nil;
    }
    left -= count;
    if (!isTooLong) {
      [read appendBytes:buffer length:(NSUInteger)count];
    }
  }
  return isTooLong ? [NSData data] : [read subdataWithRange:NSMakeRange(0, (NSUInteger)length)];
}

static NSData *answerOf(int status, NSDictionary *body) {
  NSString *reason = status == 200 ? @"OK" : status == 202 ? @"Accepted" : status == 404 ? @"Not Found" : @"Bad Request";
  NSData *json = body ? MPPJsonData(body) : [NSData data];
  NSString *head = [NSString stringWithFormat:@"HTTP/1.1 %d %@\r\nContent-Type: application/json\r\n"
                                              @"Content-Length: %lu\r\nConnection: close\r\n\r\n",
                                              status, reason, (unsigned long)[json length]];
  NSMutableData *answer = [NSMutableData dataWithData:[head dataUsingEncoding:NSASCIIStringEncoding]];
  [answer appendData:json];
  return answer;
}

/** What one request is answered with; nil where it did not end. */
static NSData *answered(MPPAdaptor *adaptor, int connection) {
  NSTimeInterval end = MPPNow() + kRequest;
  NSMutableData *rest = [NSMutableData data];
  NSString *head = readHead(connection, rest, end);
  NSArray *words = [[[head componentsSeparatedByString:@"\r\n"] objectAtIndex:0] componentsSeparatedByString:@" "];
  if ([words count] != 3) {
    return head ? answerOf(400, @{@"problem" : @"this is no request of HTTP"}) : nil;
  }
  NSString *asked = [NSString stringWithFormat:@"%@ %@", [words objectAtIndex:0], [words objectAtIndex:1]];
  long length = bodyLength(head);
  if (length < 0) {
    return answerOf(400, @{@"problem" : @"a body has a Content-Length, and at most 1048576 bytes"});
  }
  NSData *body = readBody(connection, rest, length, end);
  if (!body) {
    return nil;
  }
  if ([asked isEqualToString:@"GET /health"]) {
    return answerOf(200, @{@"wallet" : [adaptor wallet], @"version" : [adaptor version]});
  }
  NSDictionary *operations = @{@"POST /scan" : @"scan", @"POST /decode" : @"decode"};
  NSString *operation = [operations objectForKey:asked];
  if (!operation) {
    return answerOf(404, @{@"problem" : @"there are GET /health, POST /scan and POST /decode"});
  }
  if (length > kMaxBody) {
    return answerOf(400, @{@"problem" : @"a body has at most 1048576 bytes"});
  }
  NSString *problem = nil;
  id value = MPPJsonValue(body, &problem);
  problem = value ? [adaptor call:operation body:value] : problem;
  return problem ? answerOf(400, @{@"problem" : problem}) : answerOf(202, nil);
}

/** Closes in an order in which the other side hears the answer. */
static void serve(MPPAdaptor *adaptor, int connection) {
  MPPPrepare(connection);
  NSData *answer = answered(adaptor, connection);
  if (answer) {
    MPPWrite(connection, answer, MPPNow() + kRequest);
    shutdown(connection, SHUT_WR);
  }
  close(connection);
}

/** The next connection, or -1 where there is none yet; NO once the other end of `closed` is closed. */
static BOOL accepted(int listening, int closed, int *connection) {
  struct pollfd polled[] = {{listening, POLLIN, 0}, {closed, POLLIN, 0}};
  *connection = poll(polled, 2, -1) > 0 && !polled[1].revents ? accept(listening, NULL, NULL) : -1;
  return !polled[1].revents;
}

static void takeCalls(MPPAdaptor *adaptor, int listening, int closed) {
  NSCondition *condition = MPP_AUTORELEASED([[NSCondition alloc] init]);
  __block int connections = 0;
  int connection = -1;
  while (accepted(listening, closed, &connection)) {
    @autoreleasepool {
      if (connection < 0) {
        // None after all, or the app has too many files open.
        [NSThread sleepForTimeInterval:[[adaptor reports] timing].pause];
        continue;
      }
      int taken = connection;
      [condition lock];
      while (connections >= kMaxConnections) {
        [condition wait];
      }
      connections++;
      [condition unlock];
      [[adaptor reports] begin:@"connection"
                          work:^{
                            serve(adaptor, taken);
                            [condition lock];
                            connections--;
                            [condition signal];
                            [condition unlock];
                          }];
    }
  }
  close(listening);
  close(closed);
}

@implementation MPPListening
@synthesize url = _url;

- (instancetype)initWithPort:(uint16_t)port adaptor:(MPPAdaptor *)adaptor error:(NSError **)error {
  if ((self = [super init])) {
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int yes = 1, listening = socket(AF_INET, SOCK_STREAM, 0), ends[2];
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (listening < 0 || bind(listening, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listening, 128) != 0 || getsockname(listening, (struct sockaddr *)&address, &size) != 0 ||
        pipe(ends) != 0) {
      if (error) {
        *error = [NSError errorWithDomain:NSPOSIXErrorDomain code:errno userInfo:nil];
      }
      close(listening);
      MPP_RELEASE(self);
      return nil;
    }
    MPPPrepare(listening);
    int closed = ends[0];
    _toClose = ends[1];
    _url = [[NSString alloc] initWithFormat:@"http://127.0.0.1:%d", ntohs(address.sin_port)];
    [[adaptor reports] begin:@"adaptor"
                        work:^{
                          takeCalls(adaptor, listening, closed);
                        }];
  }
  return self;
}

- (void)close {
  @synchronized(self) {
    if (_toClose >= 0) {
      close(_toClose);
    }
    _toClose = -1;
  }
}

- (void)dealloc {
  MPP_RELEASE(_url);
  MPP_SUPER_DEALLOC();
}
@end
