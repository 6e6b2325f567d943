/**
 * For a test build of a wallet: the double of the Alipay+ client SDK, and the adaptor by which mpp-conformance tests
 * the wallet.
 *
 * It reports what it is asked to do, and has the test build open what stands for Alipay+'s error page: it is a witness,
 * not a guard. A second callback, one of another decode, a call after close: each is reported like any other. Names and fields are those of the SDK, but for
 * handleAction, whose shape on iOS no public page gives: it mirrors Android.
 */
#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN

@class MPPAdaptor, MPPDevice, MPPObserver, MPPReports;

/** A report on its way: it was taken, or could not be brought, when `wait` comes back. */
@interface MPPSent : NSObject {
  MPPReports *_reports;
  NSCondition *_condition;
  BOOL _hasEnded;
}
/** Not on the main thread of an app: the suite may take its time. */
- (void)wait;
/** Runs `next` afterwards, in a thread of its own. */
- (void)then:(void (^)(void))next;
@end

@interface MPPLaunchParams : NSObject {
  NSString *_url, *_userAgent, *_acDecodeConfig, *_title;
}
@property(nonatomic, copy, nullable) NSString *url, *userAgent, *acDecodeConfig, *title;
@end

@interface MPPLaunchResult : NSObject
@end

@interface MPPActionParams : NSObject {
  NSString *_sdkActionPayload;
}
@property(nonatomic, copy, nullable) NSString *sdkActionPayload;
@end

@interface MPPDecodeServiceParams : NSObject {
  NSString *_codeValue;
}
@property(nonatomic, copy, nullable) NSString *codeValue;
@end

/** Empty, or with what came with HANDLE_BY_SDK. */
@interface MPPDecodeServiceResult : NSObject {
  NSString *_sdkActionPayload;
}
@property(nonatomic, copy, nullable) NSString *sdkActionPayload;
@end

/** What the wallet registers, and the SDK calls when it has intercepted an order code. */
@protocol MPPAlipayPlusClientMPMProtocol <NSObject>
- (void)decode:(MPPDecodeServiceParams *)params
    payCompletionHandler:(void (^)(MPPDecodeServiceResult *_Nullable result,
                                   NSError *_Nullable error))payCompletionHandler;
@end

/** In the place of `[MPPAlipayPlusClient shared]`, for one scan. */
@interface MPPAlipayPlusClient : NSObject {
  MPPObserver *_observer;
  id<MPPAlipayPlusClientMPMProtocol> _mpmService;
}
/** Set by the wallet. */
@property(atomic, strong, nullable) id<MPPAlipayPlusClientMPMProtocol> mpmService;
/** The wallet opens a merchant page. */
- (MPPSent *)launch:(MPPLaunchParams *)params
    completionHandler:(nullable void (^)(MPPLaunchResult *_Nullable, NSError *_Nullable))completionHandler;
/** The wallet hands over what came with HANDLE_BY_SDK for an order code. */
- (MPPSent *)handleAction:(MPPActionParams *)params;
@end

/** What the wallet's own pages show. */
@interface MPPScreens : NSObject {
  MPPObserver *_observer;
}
/** The cashier page is shown. Confirm it when this report was taken. */
- (MPPSent *)cashierPage;
/** The payment result page is shown: `S` paid, `F` not paid. */
- (MPPSent *)resultPage:(NSString *)status errorCode:(nullable NSString *)errorCode;
/** Optional (`app_link`): the server has told the client what a code is: `OPEN_URL`, `DECODE` or `NONE`. */
- (MPPSent *)identityAnswer:(NSString *)codeValue action:(NSString *)action;
/** Optional (`app_link`): the server has handed the client the outcome of userInitiatedPay. */
- (MPPSent *)serverAnswer:(nullable NSString *)actionType
         sdkActionPayload:(nullable NSString *)sdkActionPayload
            paymentStatus:(nullable NSString *)paymentStatus
                errorCode:(nullable NSString *)errorCode;
@end

/** A code in front of the camera of a phone; each scan has a phone of its own. */
@interface MPPPhone : NSObject {
  NSString *_codeValue, *_customerId;
  MPPAlipayPlusClient *_sdk;
  MPPScreens *_screens;
}
@property(nonatomic, readonly) NSString *codeValue;
/** Who is logged in. */
@property(nonatomic, readonly) NSString *customerId;
@property(nonatomic, readonly) MPPAlipayPlusClient *sdk;
@property(nonatomic, readonly) MPPScreens *screens;
@end

/** Seconds. */
typedef struct {
  /** That an answer may take; the observer holds that of a cashier page back for a while. */
  NSTimeInterval timeout;
  /** For which a report is sent again and again. */
  NSTimeInterval retryFor;
  /** Between two attempts. */
  NSTimeInterval pause;
} MPPTiming;

/** A test build that asks for its calls. */
@interface MPPPulling : NSObject {
  MPPDevice *_device;
}
/** Asks no more. What is still reported goes to the suite all the same. */
- (void)close;
/** Comes back when nothing is asked any more: closed, or another test build has taken the address over. */
- (void)waitForEnd;
@end

/** A test build that can be called at `url`. */
@interface MPPListening : NSObject {
  int _toClose;
  NSString *_url;
}
@property(nonatomic, readonly) NSString *url;
/** Takes no call any more. What is still reported goes to the suite all the same. */
- (void)close;
@end

@interface MPPTestBuild : NSObject {
  MPPAdaptor *_adaptor;
}
/** By default 60 s, 120 s, 0.25 s. Set it before anything is started. */
@property(nonatomic) MPPTiming timing;
/**
 * `scan` does what the app does with a code in front of its camera; it runs in a thread of its own, which it may block.
 * What goes wrong in the test build is logged.
 */
- (instancetype)initWithWallet:(NSString *)wallet version:(NSString *)version scan:(void (^)(MPPPhone *phone))scan;
/** `onProblem` is told of what goes wrong in the test build. */
- (instancetype)initWithWallet:(NSString *)wallet
                       version:(NSString *)version
                          scan:(void (^)(MPPPhone *phone))scan
                     onProblem:(void (^)(NSString *problem))onProblem;
/**
 * `openPage` opens the page at an address, that which stands for Alipay+'s error page, where the SDK would open this; it
 * runs in the thread that has called the double. Give it before anything is started.
 */
- (void)openPagesWith:(void (^)(NSString *url))openPage;
/** Plays this test build for the suite at `deviceAddress`, from now on, however often the connection breaks. */
- (MPPPulling *)startPulling:(NSString *)deviceAddress;
/** Listens on this machine alone, for the calls of the suite; port 0 takes any that is free. nil with an `error`. */
- (nullable MPPListening *)startAdaptor:(uint16_t)port error:(NSError **)error;
@end

NS_ASSUME_NONNULL_END
