// A test build that fetches its calls: an app on a telephone. Built with doubles/ios. Replace: "My wallet",
// DEVICE_ADDRESS (the suite prints it: mpp-conformance doctor --wallet wallet.toml), App and its methods.
// With openPagesWith: (README of the double) it also shows what stands for the error page of Alipay+.
#import "App.h"
#import "MPPDoubles.h"

void startTestBuild(void) {
  void (^scan)(MPPPhone *) = ^(MPPPhone *phone) { // phone.sdk stands in the place of [MPPAlipayPlusClient shared]
    App *app = [[App alloc] initWithCustomer:phone.customerId sdk:phone.sdk];
    __weak App *shown = app;
    phone.sdk.mpmService = app;
    app.onCashierPage = ^{ [[phone.screens cashierPage] then:^{ [shown confirmPayment]; }]; };
    app.onResultPage = ^(NSString *status, NSString *errorCode) { // "S" or "F"
      [phone.screens resultPage:status errorCode:errorCode];
    };
    [app scan:phone.codeValue];
  };
  MPPTestBuild *build = [[MPPTestBuild alloc] initWithWallet:@"My wallet" version:@"1.0" scan:scan];
  [build startPulling:DEVICE_ADDRESS]; // or, where the suite can call it: [build startAdaptor:9300 error:NULL]
}
