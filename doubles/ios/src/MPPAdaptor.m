#import "MPPHttp.h"
#import "MPPInternal.h"
#import "MPPWork.h"

enum { kMaxPhones = 10000 };

/** Characters, as openapi/ counts them: not halves of pairs. */
static NSUInteger characters(NSString *text) {
  NSUInteger count = [text length];
  for (NSUInteger at = 1; at < [text length]; at++) {
    BOOL isPair = ([text characterAtIndex:at - 1] & 0xfc00) == 0xd800 && ([text characterAtIndex:at] & 0xfc00) == 0xdc00;
    count -= isPair;
  }
  return count;
}

/** The text, or nil and why not. */
static NSString *textOf(id body, NSString *name, NSUInteger most, NSString **problem) {
  id value = [body isKindOfClass:[NSDictionary class]] ? [body objectForKey:name] : nil;
  if ([value isKindOfClass:[NSString class]] && [value length] > 0 && characters(value) <= most) {
    return value;
  }
  *problem = [NSString stringWithFormat:@"%@: expected text of 1 to %lu characters", name, (unsigned long)most];
  return nil;
}

@implementation MPPAdaptor
@synthesize wallet = _wallet, version = _version, reports = _reports;

- (instancetype)initWithWallet:(NSString *)wallet
                       version:(NSString *)version
                          scan:(void (^)(MPPPhone *))scan
                       reports:(MPPReports *)reports {
  if ((self = [super init])) {
    _wallet = [wallet copy];
    _version = [version copy];
    _scan = MPP_COPIED(scan);
    _reports = MPP_RETAINED(reports);
    _phones = [[NSMutableDictionary alloc] init];
    _order = [[NSMutableArray alloc] init];
  }
  return self;
}

- (NSString *)call:(NSString *)operation body:(id)body {
  NSString *problem = nil, *observerUrl = textOf(body, @"observerUrl", 2048, &problem);
  while ([observerUrl hasSuffix:@"/"]) {
    observerUrl = [observerUrl substringToIndex:[observerUrl length] - 1];
  }
  if (observerUrl && !MPPIsHttp(observerUrl)) {
    return @"observerUrl: expected an http address";
  }
  BOOL isScan = [operation isEqualToString:@"scan"];
  if (!isScan && ![operation isEqualToString:@"decode"]) {
    NSString *told = [operation substringToIndex:MIN([operation length], (NSUInteger)100)];
    return problem ? problem : [NSString stringWithFormat:@"there is no operation %@", told];
  }
  NSString *codeValue = problem ? nil : textOf(body, @"codeValue", isScan ? 8192 : 512, &problem);
  NSString *other = isScan ? @"customerId" : @"callback";
  NSString *named = problem ? nil : textOf(body, other, isScan ? 64 : 128, &problem);
  BOOL hasPage = isScan && !problem && [body objectForKey:@"errorPageUrl"];
  NSString *errorPageUrl = hasPage ? textOf(body, @"errorPageUrl", 2048, &problem) : nil;
  if (errorPageUrl && !MPPIsHttp(errorPageUrl)) {
    return @"errorPageUrl: expected an http address";
  }
  if (problem) {
    return problem;
  }
  return isScan ? [self scan:codeValue customer:named observer:observerUrl errorPage:errorPageUrl]
                : [self decode:codeValue callback:named observer:observerUrl];
}

- (NSString *)scan:(NSString *)codeValue
          customer:(NSString *)customerId
          observer:(NSString *)observerUrl
         errorPage:(NSString *)errorPageUrl {
  MPPObserver *observer =
      MPP_AUTORELEASED([[MPPObserver alloc] initWithReports:_reports url:observerUrl errorPage:errorPageUrl]);
  MPPPhone *phone =
      MPP_AUTORELEASED([[MPPPhone alloc] initWithCode:codeValue customer:customerId observer:observer]);
  @synchronized(_phones) {
    if ([_order count] >= kMaxPhones) {
      [_phones removeObjectForKey:[_order objectAtIndex:0]];
      [_order removeObjectAtIndex:0];
    }
    [_order removeObject:observerUrl];
    [_order addObject:observerUrl];
    [_phones setObject:phone forKey:observerUrl];
  }
  // In a thread of its own: whatever the wallet does, the call was understood.
  [_reports begin:@"scan"
             work:^{
               self->_scan(phone);
             }];
  return nil;
}

- (NSString *)decode:(NSString *)codeValue callback:(NSString *)callback observer:(NSString *)observerUrl {
  MPPPhone *phone = nil;
  @synchronized(_phones) {
    phone = MPP_AUTORELEASED(MPP_RETAINED([_phones objectForKey:observerUrl]));
  }
  if (!phone) {
    return @"no scan came with this observerUrl";
  }
  [_reports begin:@"decode"
             work:^{
               [[phone sdk] decode:codeValue callback:callback];
             }];
  return nil;
}

- (void)dealloc {
  MPP_RELEASE(_wallet);
  MPP_RELEASE(_version);
  MPP_DISPOSE(_scan);
  MPP_RELEASE(_reports);
  MPP_RELEASE(_phones);
  MPP_RELEASE(_order);
  MPP_SUPER_DEALLOC();
}
@end

@implementation MPPTestBuild
- (instancetype)initWithWallet:(NSString *)wallet version:(NSString *)version scan:(void (^)(MPPPhone *))scan {
  return [self initWithWallet:wallet
                      version:version
                         scan:scan
                    onProblem:^(NSString *problem) {
                      NSLog(@"test build: %@", problem);
                    }];
}

- (instancetype)initWithWallet:(NSString *)wallet
                       version:(NSString *)version
                          scan:(void (^)(MPPPhone *))scan
                     onProblem:(void (^)(NSString *))onProblem {
  if ((self = [super init])) {
    MPPReports *reports = MPP_AUTORELEASED([[MPPReports alloc] initWithProblem:onProblem]);
    _adaptor = [[MPPAdaptor alloc] initWithWallet:wallet version:version scan:scan reports:reports];
  }
  return self;
}

- (MPPTiming)timing {
  return [[_adaptor reports] timing];
}

- (void)setTiming:(MPPTiming)timing {
  [[_adaptor reports] setTiming:timing];
}

- (void)openPagesWith:(void (^)(NSString *))openPage {
  [[_adaptor reports] openPagesWith:openPage];
}

- (MPPPulling *)startPulling:(NSString *)deviceAddress {
  MPPDevice *device = MPP_AUTORELEASED([[MPPDevice alloc] initWithUrl:deviceAddress adaptor:_adaptor]);
  [[_adaptor reports] begin:@"device"
                       work:^{
                         [device run];
                       }];
  return MPP_AUTORELEASED([[MPPPulling alloc] initWithDevice:device]);
}

- (MPPListening *)startAdaptor:(uint16_t)port error:(NSError **)error {
  return MPP_AUTORELEASED([[MPPListening alloc] initWithPort:port adaptor:_adaptor error:error]);
}

- (void)dealloc {
  MPP_RELEASE(_adaptor);
  MPP_SUPER_DEALLOC();
}
@end
