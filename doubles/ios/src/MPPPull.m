#import "MPPHttp.h"
#import "MPPInternal.h"
#import "MPPJson.h"
#import "MPPWork.h"

/** Seconds: longer than the suite holds an answer back. */
static const NSTimeInterval kPoll = 30;

static id member(id body, NSString *name, Class kind) {
  id found = [body isKindOfClass:[NSDictionary class]] ? [body objectForKey:name] : nil;
  return [found isKindOfClass:kind] ? found : nil;
}

@implementation MPPDevice
- (instancetype)initWithUrl:(NSString *)url adaptor:(MPPAdaptor *)adaptor {
  if ((self = [super init])) {
    _url = [([url hasSuffix:@"/"] ? [url substringToIndex:[url length] - 1] : url) copy];
    _adaptor = MPP_RETAINED(adaptor);
    _condition = [[NSCondition alloc] init];
  }
  return self;
}

- (void)close {
  [_condition lock];
  _hasEnded = YES;
  [_condition broadcast];
  [_condition unlock];
}

- (void)waitForEnd {
  [_condition lock];
  while (!_hasEnded) {
    [_condition wait];
  }
  [_condition unlock];
}

- (BOOL)hasEnded {
  [_condition lock];
  BOOL hasEnded = _hasEnded;
  [_condition unlock];
  return hasEnded;
}

/** As the last hello was answered; nil when there is none. */
- (NSString *)client {
  @synchronized(self) {
    return MPP_AUTORELEASED(MPP_RETAINED(_client));
  }
}

- (void)setClient:(NSString *)client {
  @synchronized(self) {
    MPP_RELEASE(_client);
    _client = [client copy];
  }
}

- (void)run {
  while (![self hasEnded]) {
    @autoreleasepool {
      NSString *client = [self client], *problem = nil;
      BOOL isHeard = client ? [self fetch:client problem:&problem] : [self hello:&problem];
      [self complain:problem];
      if (!isHeard) {
        [NSThread sleepForTimeInterval:[[_adaptor reports] timing].pause];
      }
    }
  }
}

- (BOOL)hello:(NSString **)problem {
  NSDictionary *body = @{@"wallet" : [_adaptor wallet], @"version" : [_adaptor version]};
  id answer = [self say:@"hello" body:body problem:problem];
  NSString *client = member(answer, @"client", [NSString class]);
  if (answer && !client) {
    *problem = @"hello: the answer names no client";
  }
  [self setClient:client];
  _after = 0;
  return client != nil;
}

- (BOOL)fetch:(NSString *)client problem:(NSString **)problem {
  NSMutableArray *pending = [NSMutableArray array];
  for (NSString *url in [[_adaptor reports] pending]) {
    [pending addObject:[[url componentsSeparatedByString:@"/"] lastObject]];
  }
  NSDictionary *body = @{@"client" : client, @"after" : [NSNumber numberWithLongLong:_after], @"pending" : pending};
  id answer = [self say:@"calls" body:body problem:problem];
  // A question that was still open when close was called: its answer is not read.
  for (id call in [self hasEnded] ? nil : member(answer, @"calls", [NSArray class])) {
    long long number = [member(call, @"number", [NSNumber class]) longLongValue];
    if (number > _after) {
      // Fetched: it must not be begun twice, whatever becomes of the answer.
      _after = number;
      [self take:call number:number client:client];
    }
  }
  return answer != nil;
}

- (void)take:(NSDictionary *)call number:(long long)number client:(NSString *)client {
  NSString *operation = member(call, @"operation", [NSString class]);
  NSString *problem = [_adaptor call:operation ? operation : @"" body:[call objectForKey:@"body"]];
  NSMutableDictionary *body = [NSMutableDictionary dictionary];
  [body setObject:client forKey:@"client"];
  [body setObject:[NSNumber numberWithLongLong:number] forKey:@"number"];
  if (problem) {
    [body setObject:problem forKey:@"problem"];
  }
  [[_adaptor reports] begin:@"answer"
                       work:^{
                         [self answer:body client:client];
                       }];
}

- (void)answer:(NSDictionary *)body client:(NSString *)client {
  MPPTiming timing = [[_adaptor reports] timing];
  NSTimeInterval end = MPPNow() + timing.retryFor;
  while (MPPNow() < end && [[self client] isEqualToString:client]) {
    @autoreleasepool {
      NSString *problem = nil;
      if ([self say:@"answers" body:body problem:&problem]) {
        return;
      }
      [self complain:problem];
    }
    [NSThread sleepForTimeInterval:timing.pause];
  }
}

/** The answer, which may be empty; nil with a problem where it is no good one. */
- (id)say:(NSString *)what body:(NSDictionary *)body problem:(NSString **)problem {
  NSData *answer = nil;
  NSString *broken = nil, *url = [NSString stringWithFormat:@"%@/%@", _url, what];
  NSInteger status = MPPPost(url, MPPJsonData(body), kPoll, nil, &answer, &broken);
  NSString *words = status ? MPPWords(status, answer, broken) : @"the suite does not answer; it is asked again until it does";
  if (status == 410) {
    [self close];
  }
  if (status == 409 && [words rangeOfString:@"has said hello"].location != NSNotFound) {
    [self setClient:nil]; // Another run has begun: hello is said to it.
    return [NSDictionary dictionary];
  }
  id value = nil;
  if (status / 100 == 2) {
    value = [answer length] > 0 ? MPPJsonValue(answer, &broken) : [NSDictionary dictionary];
    words = broken;
  }
  if (!value) {
    *problem = [NSString stringWithFormat:@"%@: %@", what, words];
  }
  return value;
}

/** Once for each trouble in a row: a suite that is not there yet is asked again and again. */
- (void)complain:(NSString *)problem {
  @synchronized(self) {
    if (problem == _told || [problem isEqualToString:_told]) {
      return;
    }
    MPP_RELEASE(_told);
    _told = [problem copy];
  }
  if (problem) {
    [[_adaptor reports] tellProblem:problem];
  }
}

- (void)dealloc {
  MPP_RELEASE(_url);
  MPP_RELEASE(_client);
  MPP_RELEASE(_told);
  MPP_RELEASE(_adaptor);
  MPP_RELEASE(_condition);
  MPP_SUPER_DEALLOC();
}
@end

@implementation MPPPulling
- (instancetype)initWithDevice:(MPPDevice *)device {
  if ((self = [super init])) {
    _device = MPP_RETAINED(device);
  }
  return self;
}

- (void)close {
  [_device close];
}

- (void)waitForEnd {
  [_device waitForEnd];
}

- (void)dealloc {
  MPP_RELEASE(_device);
  MPP_SUPER_DEALLOC();
}
@end
