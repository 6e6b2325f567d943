#import "MPPWork.h"

#include <time.h>

/** A block that a thread can be given. */
@interface MPPWork : NSObject {
  void (^_work)(void);
  void (^_onProblem)(NSString *);
}
@end

@implementation MPPWork
- (instancetype)initWithWork:(void (^)(void))work onProblem:(void (^)(NSString *))onProblem {
  if ((self = [super init])) {
    _work = MPP_COPIED(work);
    _onProblem = MPP_COPIED(onProblem);
  }
  return self;
}

- (void)run {
  @autoreleasepool {
    @try {
      _work();
    } @catch (NSException *problem) {
      _onProblem([NSString stringWithFormat:@"%@: %@", [problem name], [problem reason]]);
    }
  }
}

- (void)dealloc {
  MPP_DISPOSE(_work);
  MPP_DISPOSE(_onProblem);
  MPP_SUPER_DEALLOC();
}
@end

void MPPBegin(void (^work)(void), void (^onProblem)(NSString *problem)) {
  MPPWork *carrier = MPP_AUTORELEASED([[MPPWork alloc] initWithWork:work onProblem:onProblem]);
  [NSThread detachNewThreadSelector:@selector(run) toTarget:carrier withObject:nil];
}

NSTimeInterval MPPNow(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (NSTimeInterval)now.tv_sec + (NSTimeInterval)now.tv_nsec / 1e9;
}
