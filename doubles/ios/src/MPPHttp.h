/** HTTP over plain sockets: no redirections, proxies, caches or second attempts that nobody asked for. */
#import <Foundation/Foundation.h>

/** Whether something can be sent there: an http address with a host, and a port that can be one. */
BOOL MPPIsHttp(NSString *url);

/** The status of the answer, and its body; 0 with a problem where none came whole within `timeout` seconds. */
NSInteger MPPPost(NSString *url, NSData *json, NSTimeInterval timeout, NSString *reportId, NSData **answer,
                  NSString **problem);

/** Makes a socket one that waits by poll alone, and raises no signal. */
void MPPPrepare(int socket);

/** Bytes read until `end` (MPPNow); 0 at their end, -1 where none came. */
ssize_t MPPRead(int socket, void *buffer, size_t most, NSTimeInterval end);

BOOL MPPWrite(int socket, NSData *data, NSTimeInterval end);
