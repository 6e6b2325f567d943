/** With and without ARC; threads; time. */
#import <Foundation/Foundation.h>

#if __has_feature(objc_arc)
#define MPP_AUTORELEASED(object) (object)
#define MPP_RETAINED(object) (object)
#define MPP_RELEASE(object) ((void)0)
#define MPP_SUPER_DEALLOC() ((void)0)
#define MPP_COPIED(block) ([(block) copy])
#define MPP_DISPOSE(block) ((void)0)
#else
#include <Block.h>
#define MPP_AUTORELEASED(object) ([(object) autorelease])
#define MPP_RETAINED(object) ([(object) retain])
#define MPP_RELEASE(object) ([(object) release])
#define MPP_SUPER_DEALLOC() ([super dealloc])
/* Blocks are no objects in every runtime. */
#define MPP_COPIED(block) (Block_copy(block))
#define MPP_DISPOSE(block) (Block_release(block))
#endif

/** Runs it in a thread of its own, and lets nothing that it throws end the app; `onProblem` is told what it was. */
void MPPBegin(void (^work)(void), void (^onProblem)(NSString *problem));

/** Seconds on a clock that nobody sets. */
NSTimeInterval MPPNow(void);
