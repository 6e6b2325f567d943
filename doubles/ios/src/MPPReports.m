/** Reports to the observer (openapi/observer.yaml): one at a time, in order, each sent until it is taken. */
#import "MPPHttp.h"
#import "MPPInternal.h"
#import "MPPJson.h"
#import "MPPWork.h"

NSString *MPPWords(NSInteger status, NSData *answer, NSString *problem) {
  if (!status) {
    return problem;
  }
  NSData *most = [answer subdataWithRange:NSMakeRange(0, MIN([answer length], (NSUInteger)kMPPMaxWords))];
  NSString *text = MPP_AUTORELEASED([[NSString alloc] initWithData:most encoding:NSUTF8StringEncoding]);
  return [NSString stringWithFormat:@"%ld %@", (long)status, text ? text : @""];
}

@implementation MPPSent
- (instancetype)initWithReports:(MPPReports *)reports {
  if ((self = [super init])) {
    _reports = MPP_RETAINED(reports);
    _condition = [[NSCondition alloc] init];
  }
  return self;
}

- (void)wait {
  [_condition lock];
  while (!_hasEnded) {
    [_condition wait];
  }
  [_condition unlock];
}

- (void)end {
  [_condition lock];
  _hasEnded = YES;
  [_condition broadcast];
  [_condition unlock];
}

- (void)then:(void (^)(void))next {
  [_reports begin:@"what waited for a report"
             work:^{
               [self wait];
               next();
             }];
}

- (void)dealloc {
  MPP_RELEASE(_reports);
  MPP_RELEASE(_condition);
  MPP_SUPER_DEALLOC();
}
@end

/** A report that is not done. */
@interface MPPWaiting : NSObject {
 @public
  NSString *_name;
  NSData *_json;
  MPPSent *_sent;
}
@end

@implementation MPPWaiting
- (void)dealloc {
  MPP_RELEASE(_name);
  MPP_RELEASE(_json);
  MPP_RELEASE(_sent);
  MPP_SUPER_DEALLOC();
}
@end

@implementation MPPReports
@synthesize timing = _timing;

- (instancetype)initWithProblem:(void (^)(NSString *))onProblem {
  if ((self = [super init])) {
    _onProblem = MPP_COPIED(onProblem);
    _lines = [[NSMutableDictionary alloc] init];
    _timing = (MPPTiming){60, 120, 0.25};
  }
  return self;
}

- (NSArray *)pending {
  @synchronized(_lines) {
    return [_lines allKeys];
  }
}

- (void)tellProblem:(NSString *)words {
  @try {
    _onProblem(words);
  } @catch (NSException *problem) {
    NSLog(@"test build: %@ (%@)", words, problem);
  }
}

- (void)openPagesWith:(void (^)(NSString *))openPage {
  MPP_DISPOSE(_openPage);
  _openPage = MPP_COPIED(openPage);
}

- (void)openPage:(NSString *)url {
  @try {
    if (_openPage) {
      _openPage(url);
    }
  } @catch (NSException *problem) {
    [self tellProblem:[NSString stringWithFormat:@"%@: %@", url, problem]];
  }
}

- (void)begin:(NSString *)what work:(void (^)(void))work {
  MPPBegin(work, ^(NSString *problem) {
    [self tellProblem:[NSString stringWithFormat:@"%@: %@", what, problem]];
  });
}

- (MPPSent *)report:(NSString *)name body:(NSDictionary *)body to:(NSString *)observerUrl {
  MPPWaiting *waiting = MPP_AUTORELEASED([[MPPWaiting alloc] init]);
  waiting->_name = [name copy];
  // The text is made at once: the wallet may change an object afterwards.
  waiting->_json = MPP_RETAINED(MPPJsonData(body));
  waiting->_sent = [[MPPSent alloc] initWithReports:self];
  BOOL isAlone;
  @synchronized(_lines) {
    NSMutableArray *line = [_lines objectForKey:observerUrl];
    isAlone = !line;
    if (isAlone) {
      line = [NSMutableArray array];
      [_lines setObject:line forKey:observerUrl];
    }
    [line addObject:waiting];
  }
  if (isAlone) {
    [self begin:@"report"
           work:^{
             [self bringAll:observerUrl];
           }];
  }
  return waiting->_sent;
}

/** What is being sent is the first of its line. */
- (void)bringAll:(NSString *)observerUrl {
  MPPWaiting *first = nil;
  do {
    @autoreleasepool {
      @synchronized(_lines) {
        first = [[_lines objectForKey:observerUrl] objectAtIndex:0];
      }
      [self bring:first to:observerUrl];
      MPPSent *sent = MPP_AUTORELEASED(MPP_RETAINED(first->_sent));
      @synchronized(_lines) {
        NSMutableArray *line = [_lines objectForKey:observerUrl];
        [line removeObjectAtIndex:0];
        if ([line count] == 0) {
          [_lines removeObjectForKey:observerUrl];
          first = nil;
        }
      }
      [sent end];
    }
  } while (first);
}

- (void)bring:(MPPWaiting *)report to:(NSString *)observerUrl {
  NSString *url = [NSString stringWithFormat:@"%@/%@", observerUrl, report->_name];
  NSString *reportId = [[NSUUID UUID] UUIDString];
  NSTimeInterval end = MPPNow() + _timing.retryFor;
  for (;;) {
    @autoreleasepool {
      NSData *answer = nil;
      NSString *problem = nil;
      NSInteger status = MPPPost(url, report->_json, _timing.timeout, reportId, &answer, &problem);
      if (status / 100 == 2) {
        return;
      }
      if ((status >= 300 && status < 500) || MPPNow() >= end) {
        NSString *words = MPPWords(status, answer, problem);
        [self tellProblem:[NSString stringWithFormat:@"%@: %@", report->_name, words]];
        return;
      }
    }
    [NSThread sleepForTimeInterval:_timing.pause];
  }
}

- (void)dealloc {
  MPP_DISPOSE(_onProblem);
  MPP_DISPOSE(_openPage);
  MPP_RELEASE(_lines);
  MPP_SUPER_DEALLOC();
}
@end
