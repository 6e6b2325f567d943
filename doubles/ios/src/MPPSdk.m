/** The double of the client SDK, and what the wallet's own pages show. */
#import "MPPInternal.h"
#import "MPPWork.h"

#include <stdarg.h>

@implementation MPPLaunchParams
@synthesize url = _url, userAgent = _userAgent, acDecodeConfig = _acDecodeConfig, title = _title;

- (void)dealloc {
  MPP_RELEASE(_url);
  MPP_RELEASE(_userAgent);
  MPP_RELEASE(_acDecodeConfig);
  MPP_RELEASE(_title);
  MPP_SUPER_DEALLOC();
}
@end

@implementation MPPLaunchResult
@end

@implementation MPPActionParams
@synthesize sdkActionPayload = _sdkActionPayload;

- (void)dealloc {
  MPP_RELEASE(_sdkActionPayload);
  MPP_SUPER_DEALLOC();
}
@end

@implementation MPPDecodeServiceParams
@synthesize codeValue = _codeValue;

- (void)dealloc {
  MPP_RELEASE(_codeValue);
  MPP_SUPER_DEALLOC();
}
@end

@implementation MPPDecodeServiceResult
@synthesize sdkActionPayload = _sdkActionPayload;

- (void)dealloc {
  MPP_RELEASE(_sdkActionPayload);
  MPP_SUPER_DEALLOC();
}
@end

@implementation MPPObserver
- (instancetype)initWithReports:(MPPReports *)reports url:(NSString *)url errorPage:(NSString *)errorPageUrl {
  if ((self = [super init])) {
    _reports = MPP_RETAINED(reports);
    _url = [url copy];
    _errorPageUrl = [errorPageUrl copy];
  }
  return self;
}

- (void)handedOver:(NSString *)sdkActionPayload {
  if ([sdkActionPayload length] > 0 && _errorPageUrl) {
    [_reports openPage:_errorPageUrl];
  }
}

- (MPPSent *)report:(NSString *)name body:(NSDictionary *)body {
  return [_reports report:name body:body to:_url];
}

- (void)dealloc {
  MPP_RELEASE(_reports);
  MPP_RELEASE(_url);
  MPP_RELEASE(_errorPageUrl);
  MPP_SUPER_DEALLOC();
}
@end

/** So many pairs of a name and its value; those whose value is nil are left out. */
static NSDictionary *fields(int count, ...) {
  NSMutableDictionary *found = [NSMutableDictionary dictionary];
  va_list pairs;
  va_start(pairs, count);
  for (int each = 0; each < count; each++) {
    NSString *name = va_arg(pairs, NSString *);
    id value = va_arg(pairs, id);
    if (value) {
      [found setObject:value forKey:name];
    }
  }
  va_end(pairs);
  return found;
}

@implementation MPPAlipayPlusClient
@synthesize mpmService = _mpmService;

- (instancetype)initWithObserver:(MPPObserver *)observer {
  if ((self = [super init])) {
    _observer = MPP_RETAINED(observer);
  }
  return self;
}

- (MPPSent *)launch:(MPPLaunchParams *)params completionHandler:(void (^)(MPPLaunchResult *, NSError *))handler {
  NSDictionary *body = fields(4, @"url", [params url], @"userAgent", [params userAgent], @"acDecodeConfig",
                              [params acDecodeConfig], @"title", [params title]);
  MPPSent *sent = [_observer report:@"launch" body:body];
  if (handler) {
    [sent then:^{
      handler(MPP_AUTORELEASED([[MPPLaunchResult alloc] init]), nil);
    }];
  }
  return sent;
}

- (MPPSent *)handleAction:(MPPActionParams *)params {
  [_observer handedOver:[params sdkActionPayload]];
  return [_observer report:@"handle-action" body:fields(1, @"sdkActionPayload", [params sdkActionPayload])];
}

- (void)decode:(NSString *)codeValue callback:(NSString *)callback {
  id<MPPAlipayPlusClientMPMProtocol> service = [self mpmService];
  if (!service) {
    [NSException raise:NSInternalInconsistencyException format:@"the wallet has registered no mpmService"];
  }
  MPPObserver *observer = _observer;
  MPPDecodeServiceParams *params = MPP_AUTORELEASED([[MPPDecodeServiceParams alloc] init]);
  [params setCodeValue:codeValue];
  // However often and whenever the wallet runs it.
  void (^handler)(MPPDecodeServiceResult *, NSError *) = ^(MPPDecodeServiceResult *result, NSError *error) {
    if (!error) {
      [observer handedOver:[result sdkActionPayload]];
    }
    NSString *code = error ? [NSString stringWithFormat:@"%ld", (long)[error code]] : nil;
    NSDictionary *body =
        fields(5, @"callback", callback, @"outcome", error ? @"failure" : @"success", @"sdkActionPayload",
               [result sdkActionPayload], @"errorCode", code, @"errorMessage", [error localizedDescription]);
    [observer report:@"decode-callback" body:body];
  };
  void (^kept)(MPPDecodeServiceResult *, NSError *) = MPP_COPIED(handler);
  @try {
    [service decode:params payCompletionHandler:kept];
  } @finally {
    MPP_DISPOSE(kept);
  }
}

- (void)dealloc {
  MPP_RELEASE(_observer);
  MPP_RELEASE(_mpmService);
  MPP_SUPER_DEALLOC();
}
@end

@implementation MPPScreens
- (instancetype)initWithObserver:(MPPObserver *)observer {
  if ((self = [super init])) {
    _observer = MPP_RETAINED(observer);
  }
  return self;
}

- (MPPSent *)cashierPage {
  return [_observer report:@"cashier-page" body:fields(0)];
}

- (MPPSent *)resultPage:(NSString *)status errorCode:(NSString *)errorCode {
  return [_observer report:@"result-page" body:fields(2, @"status", status, @"errorCode", errorCode)];
}

- (MPPSent *)identityAnswer:(NSString *)codeValue action:(NSString *)action {
  return [_observer report:@"identity-answer" body:fields(2, @"codeValue", codeValue, @"action", action)];
}

- (MPPSent *)serverAnswer:(NSString *)actionType
         sdkActionPayload:(NSString *)sdkActionPayload
            paymentStatus:(NSString *)paymentStatus
                errorCode:(NSString *)errorCode {
  NSDictionary *body = fields(4, @"actionType", actionType, @"sdkActionPayload", sdkActionPayload, @"paymentStatus",
                              paymentStatus, @"errorCode", errorCode);
  return [_observer report:@"server-answer" body:body];
}

- (void)dealloc {
  MPP_RELEASE(_observer);
  MPP_SUPER_DEALLOC();
}
@end

@implementation MPPPhone
@synthesize codeValue = _codeValue, customerId = _customerId, sdk = _sdk, screens = _screens;

- (instancetype)initWithCode:(NSString *)codeValue customer:(NSString *)customerId observer:(MPPObserver *)observer {
  if ((self = [super init])) {
    _codeValue = [codeValue copy];
    _customerId = [customerId copy];
    _sdk = [[MPPAlipayPlusClient alloc] initWithObserver:observer];
    _screens = [[MPPScreens alloc] initWithObserver:observer];
  }
  return self;
}

- (void)dealloc {
  MPP_RELEASE(_codeValue);
  MPP_RELEASE(_customerId);
  MPP_RELEASE(_sdk);
  MPP_RELEASE(_screens);
  MPP_SUPER_DEALLOC();
}
@end
