/** A miniature iOS wallet: its client, and the lines that its test build adds. wallet CONFIG [FAULT] */
#import <Foundation/Foundation.h>

#import "MPPDoubles.h"

/** The client, for one scan. With ARC, as an app is built; without, as Debian builds it, it frees nothing. */
@interface Wallet : NSObject <MPPAlipayPlusClientMPMProtocol> {
  MPPPhone *_phone;
  NSString *_server, *_fault;
}
@property(nonatomic, strong) MPPPhone *phone;
@property(nonatomic, copy) NSString *server, *fault;
@end

@implementation Wallet
@synthesize phone = _phone, server = _server, fault = _fault;

/** What the MPP server says; all is over, and nothing was paid, where it says nothing. */
- (NSDictionary *)ask:(NSString *)path of:(NSDictionary *)asked {
  NSURL *url = [NSURL URLWithString:[self.server stringByAppendingString:path]];
  NSMutableURLRequest *request = [NSMutableURLRequest requestWithURL:url];
  [request setHTTPMethod:@"POST"];
  [request setHTTPBody:[NSJSONSerialization dataWithJSONObject:asked options:0 error:NULL]];
  NSData *said = [NSURLConnection sendSynchronousRequest:request returningResponse:NULL error:NULL];
  id answer = said ? [NSJSONSerialization JSONObjectWithData:said options:0 error:NULL] : nil;
  return answer ? answer : @{@"status" : @"F", @"errorCode" : @"TRY_AGAIN_LATER"};
}

/** The payload of a step, which comes as the UTF-16 of its text; nil where there is none. */
- (NSString *)payloadOf:(NSDictionary *)step {
  // GNUstep refuses halves of surrogate pairs, and takes U+FEFF off the beginning, where a text is made at once.
  NSString *coded = [step objectForKey:@"payload"];
  NSData *units = coded ? [[NSData alloc] initWithBase64EncodedString:coded options:0] : nil;
  NSMutableString *payload = units ? [NSMutableString string] : nil;
  for (NSUInteger at = 0; at < [units length] / 2; at++) {
    [payload appendFormat:@"%C", ((const unichar *)[units bytes])[at]];
  }
  return payload;
}

/** Pays an order code, as far as the wallet itself is to; where the payment stands then. */
- (NSDictionary *)pay:(NSString *)codeValue {
  NSString *customer = self.phone.customerId;
  MPPScreens *screens = self.phone.screens;
  NSDictionary *step = [self ask:@"/decode" of:@{@"codeValue" : codeValue, @"customerId" : customer}];
  NSString *payload = [self payloadOf:step], *order = [step objectForKey:@"order"];
  NSString *actionType = payload ? @"HANDLE_BY_SDK" : @"HANDLE_BY_PSP";
  if (![step objectForKey:@"status"]) {
    [[screens serverAnswer:actionType sdkActionPayload:payload paymentStatus:nil errorCode:nil] wait];
  }
  if (payload) {
    return step;
  }
  if (order) {
    [[screens cashierPage] wait];
    step = [self ask:@"/pay" of:@{@"order" : order, @"customerId" : customer}];
  }
  NSString *status = [step objectForKey:@"status"], *code = [step objectForKey:@"errorCode"];
  [[screens serverAnswer:actionType sdkActionPayload:nil paymentStatus:status errorCode:code] wait];
  [[screens resultPage:status errorCode:code] wait];
  return step;
}

- (void)decode:(MPPDecodeServiceParams *)params
    payCompletionHandler:(void (^)(MPPDecodeServiceResult *, NSError *))payCompletionHandler {
  NSDictionary *step = [self pay:params.codeValue];
  NSString *payload = [self payloadOf:step];
  if ([[step objectForKey:@"status"] isEqualToString:@"F"]) {
    NSDictionary *words = @{NSLocalizedDescriptionKey : @"The payment has failed."};
    payCompletionHandler(nil, [NSError errorWithDomain:@"wallet" code:1000 userInfo:words]);
  } else if (payload && [self.fault isEqualToString:@"handle-action-for-entry-code"]) {
    [self handleAction:payload];
  } else {
    MPPDecodeServiceResult *result = [[MPPDecodeServiceResult alloc] init];
    result.sdkActionPayload = payload;
    payCompletionHandler(result, nil);
    if ([self.fault isEqualToString:@"callback-twice"]) {
      payCompletionHandler(result, nil);
    }
  }
}

- (void)handleAction:(NSString *)payload {
  MPPActionParams *params = [[MPPActionParams alloc] init];
  params.sdkActionPayload = payload;
  [self.phone.sdk handleAction:params];
}

- (void)scan {
  NSString *codeValue = self.phone.codeValue;
  self.phone.sdk.mpmService = self;
  NSString *kind = [[self ask:@"/identify" of:@{@"codeValue" : codeValue}] objectForKey:@"kind"];
  NSString *action = [@{@"entry" : @"OPEN_URL", @"order" : @"DECODE"} objectForKey:kind ? kind : @""];
  [[self.phone.screens identityAnswer:codeValue action:action ? action : @"NONE"] wait];
  if ([kind isEqualToString:@"entry"]) {
    MPPLaunchParams *params = [[MPPLaunchParams alloc] init];
    params.url = codeValue;
    params.userAgent = @"AlipayConnect";
    [self.phone.sdk launch:params completionHandler:nil];
  } else if ([kind isEqualToString:@"order"]) {
    NSString *payload = [self payloadOf:[self pay:codeValue]];
    if (payload) {
      [self handleAction:payload];
    }
  }
}
@end

int main(int count, const char **words) {
  @autoreleasepool {
    NSData *text = [NSData dataWithContentsOfFile:[NSString stringWithUTF8String:words[1]]];
    NSDictionary *config = [NSJSONSerialization JSONObjectWithData:text options:0 error:NULL];
    NSString *fault = count > 2 ? [NSString stringWithUTF8String:words[2]] : @"";
    void (^scan)(MPPPhone *) = ^(MPPPhone *phone) {
      Wallet *wallet = [[Wallet alloc] init];
      wallet.phone = phone;
      wallet.server = [config objectForKey:@"server"];
      wallet.fault = fault;
      [wallet scan];
    };
    MPPTestBuild *build = [[MPPTestBuild alloc] initWithWallet:@"wallet-ios-mini" version:@"1.0.0" scan:scan];
    if ([config objectForKey:@"device"]) {
      [build startPulling:[config objectForKey:@"device"]];
    } else if (![build startAdaptor:(uint16_t)[[config objectForKey:@"adaptorPort"] intValue] error:NULL]) {
      return 1;
    }
    puts("wallet-ios-mini is ready");
    fflush(stdout);
    [[NSRunLoop mainRunLoop] run];
    for (;;) {
      [NSThread sleepForTimeInterval:60];
    }
  }
}
