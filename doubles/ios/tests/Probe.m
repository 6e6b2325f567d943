/** A test build without a wallet: the code that is scanned says what to do. Probe DEVICE, or without it: is called. */
#import "MPPInternal.h"
#import "MPPJson.h"
#import "MPPWork.h"

static void say(NSString *what, id words) {
  @synchronized([NSProcessInfo processInfo]) {
    NSData *line = MPPJsonData(@[ what, words ]);
    fwrite([line bytes], 1, [line length], stdout);
    fputc('\n', stdout);
    fflush(stdout);
  }
}

typedef void (^Handler)(MPPDecodeServiceResult *, NSError *);

/** Keeps the callbacks that it is given, until a later scan runs them. */
@interface Decoder : NSObject <MPPAlipayPlusClientMPMProtocol>
@end

static NSMutableArray *codes;
static Handler handlers[8];

@implementation Decoder
- (void)decode:(MPPDecodeServiceParams *)params payCompletionHandler:(Handler)payCompletionHandler {
  @synchronized(codes) {
    handlers[[codes count]] = MPP_COPIED(payCompletionHandler);
    [codes addObject:params.codeValue];
  }
  say(@"decode", params.codeValue);
}
@end

static NSString *text(NSArray *step, NSUInteger at) {
  id found = [step count] > at ? [step objectAtIndex:at] : nil;
  return found == [NSNull null] ? nil : found;
}

static void callBack(NSArray *step) {
  Handler handler = handlers[[codes indexOfObject:[step objectAtIndex:1]]];
  if ([step count] > 3) {
    NSDictionary *words = @{NSLocalizedDescriptionKey : [step objectAtIndex:3]};
    handler(nil, [NSError errorWithDomain:@"probe" code:[[step objectAtIndex:2] integerValue] userInfo:words]);
  } else {
    MPPDecodeServiceResult *result = MPP_AUTORELEASED([[MPPDecodeServiceResult alloc] init]);
    result.sdkActionPayload = text(step, 2);
    handler(result, nil);
  }
}

static void act(NSArray *step, MPPPhone *phone) {
  NSString *verb = [step objectAtIndex:0];
  if ([verb isEqualToString:@"handle-action"]) {
    MPPActionParams *params = MPP_AUTORELEASED([[MPPActionParams alloc] init]);
    NSMutableString *payload = [NSMutableString string];
    // "%C": GNUstep's copies of other texts lose what is odd in them.
    for (NSUInteger times = [step count] > 2 ? [[step objectAtIndex:2] unsignedIntegerValue] : 1; times; times--) {
      [payload appendString:text(step, 1) ? text(step, 1) : @""];
    }
    params.sdkActionPayload = text(step, 1) ? payload : nil;
    [phone.sdk handleAction:params];
  } else if ([verb isEqualToString:@"launch"]) {
    MPPLaunchParams *params = MPP_AUTORELEASED([[MPPLaunchParams alloc] init]);
    params.url = text(step, 1);
    [phone.sdk launch:params
        completionHandler:^(MPPLaunchResult *result, NSError *error) {
          say(@"launched", result && !error ? @"whole" : @"broken");
        }];
  } else if ([verb isEqualToString:@"cashier-page"]) {
    [[phone.screens cashierPage] then:^{
      say(@"confirmed", phone.customerId);
      [NSException raise:@"Broken" format:@"no thumb"];
    }];
  } else if ([verb isEqualToString:@"result-page"]) {
    [[phone.screens resultPage:text(step, 1) errorCode:text(step, 2)] wait];
  } else if ([verb isEqualToString:@"register"]) {
    phone.sdk.mpmService = MPP_AUTORELEASED([[Decoder alloc] init]);
    say(@"registered", @"");
  } else if ([verb isEqualToString:@"call-back"]) {
    callBack(step);
  } else {
    [NSException raise:@"Broken" format:@"no camera"];
  }
}

int main(int count, const char **words) {
  @autoreleasepool {
    codes = [[NSMutableArray alloc] init];
    void (^scan)(MPPPhone *) = ^(MPPPhone *phone) {
      say(@"scan", phone.codeValue);
      NSString *problem = nil;
      for (NSArray *step in MPPJsonValue([phone.codeValue dataUsingEncoding:NSUTF8StringEncoding], &problem)) {
        act(step, phone);
      }
    };
    MPPTestBuild *build = [[MPPTestBuild alloc] initWithWallet:@"w" version:@"1" scan:scan
                                                     onProblem:^(NSString *problem) { say(@"problem", problem); }];
    [build openPagesWith:^(NSString *url) {
      say(@"opened", url);
      [NSException raise:@"Broken" format:@"no screen"];
    }];
    build.timing = (MPPTiming){5, 2, 0.001};
    MPPPulling *pulling = nil;
    MPPListening *listening = nil;
    if (count > 1) {
      pulling = [build startPulling:[NSString stringWithUTF8String:words[1]]];
    } else {
      listening = [build startAdaptor:0 error:NULL];
      say(@"url", [listening url]);
      NSError *problem = nil;
      uint16_t port = (uint16_t)[[[NSURL URLWithString:[listening url]] port] intValue];
      say(@"twice", [build startAdaptor:port error:&problem] ? @"taken" : [problem domain]);
    }
    // A line of input closes it; the input's end ends the program.
    while (getchar() == '\n') {
      [pulling close];
      [listening close];
    }
  }
}
