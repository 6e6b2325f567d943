/** What the parts of the double know of each other. */
#import "MPPDoubles.h"

/** Characters of an answer that a problem quotes. */
enum { kMPPMaxWords = 300 };

/** The status and the beginning of an answer, in words. */
NSString *MPPWords(NSInteger status, NSData *answer, NSString *problem);

/** The reports of one test build that are on their way, whichever payments they are about. */
@interface MPPReports : NSObject {
  void (^_onProblem)(NSString *), (^_openPage)(NSString *);
  NSMutableDictionary *_lines;
  MPPTiming _timing;
}
/** Not to be changed once something is reported. */
@property(nonatomic) MPPTiming timing;
- (instancetype)initWithProblem:(void (^)(NSString *))onProblem;
/** Never throws, and does not wait. */
- (MPPSent *)report:(NSString *)name body:(NSDictionary *)body to:(NSString *)observerUrl;
/** The observer addresses to which one is on its way, or will be sent again. */
- (NSArray *)pending;
/** Not to be changed once something is reported. */
- (void)openPagesWith:(void (^)(NSString *url))openPage;
/** Has the test build open a page, if it does; whatever comes of that, goes on. */
- (void)openPage:(NSString *)url;
/** Tells the test build of it; whatever comes of that, goes on. */
- (void)tellProblem:(NSString *)words;
/** Runs it in a thread of its own; what it throws is told of as a problem of `what`. */
- (void)begin:(NSString *)what work:(void (^)(void))work;
@end

@interface MPPSent (Internal)
- (instancetype)initWithReports:(MPPReports *)reports;
- (void)end;
@end

/** Where the reports of one scan go, and what stands for Alipay+'s error page in it. */
@interface MPPObserver : NSObject {
  MPPReports *_reports;
  NSString *_url, *_errorPageUrl;
}
- (instancetype)initWithReports:(MPPReports *)reports url:(NSString *)url errorPage:(NSString *)errorPageUrl;
/** Has the error page opened where the wallet hands a payload over, and its address is known. */
- (void)handedOver:(NSString *)sdkActionPayload;
- (MPPSent *)report:(NSString *)name body:(NSDictionary *)body;
@end

@interface MPPAlipayPlusClient (Internal)
- (instancetype)initWithObserver:(MPPObserver *)observer;
/** The suite has the SDK call the wallet's decode; `callback` names this call. Throws where none is registered. */
- (void)decode:(NSString *)codeValue callback:(NSString *)callback;
@end

@interface MPPScreens (Internal)
- (instancetype)initWithObserver:(MPPObserver *)observer;
@end

@interface MPPPhone (Internal)
- (instancetype)initWithCode:(NSString *)codeValue customer:(NSString *)customerId observer:(MPPObserver *)observer;
@end

/** What the suite asks of a test build (openapi/mpp-adaptor.yaml), whichever way it comes. */
@interface MPPAdaptor : NSObject {
  NSString *_wallet, *_version;
  void (^_scan)(MPPPhone *);
  MPPReports *_reports;
  NSMutableDictionary *_phones;
  NSMutableArray *_order;
}
@property(nonatomic, readonly) NSString *wallet, *version;
@property(nonatomic, readonly) MPPReports *reports;
- (instancetype)initWithWallet:(NSString *)wallet
                       version:(NSString *)version
                          scan:(void (^)(MPPPhone *))scan
                       reports:(MPPReports *)reports;
/** Begins what is asked, and does not wait for its end; or says why it cannot be carried out. */
- (NSString *)call:(NSString *)operation body:(id)body;
@end

/** Fetches the suite's calls from a device address (openapi/device.yaml): for an app that nobody can call. */
@interface MPPDevice : NSObject {
  NSString *_url, *_client, *_told;
  MPPAdaptor *_adaptor;
  NSCondition *_condition;
  BOOL _hasEnded;
  long long _after;
}
- (instancetype)initWithUrl:(NSString *)url adaptor:(MPPAdaptor *)adaptor;
- (void)run;
- (void)close;
- (void)waitForEnd;
@end

@interface MPPPulling (Internal)
- (instancetype)initWithDevice:(MPPDevice *)device;
@end

@interface MPPListening (Internal)
- (instancetype)initWithPort:(uint16_t)port adaptor:(MPPAdaptor *)adaptor error:(NSError **)error;
@end
