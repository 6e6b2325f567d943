/** Blocks that are copied keep the objects they use: Debian's runtime for blocks does not know of objects by itself. */
#import <Foundation/Foundation.h>

void _Block_use_RR(void (*retain)(const void *), void (*release)(const void *));

static void keep(const void *object) { [(id)object retain]; }

static void drop(const void *object) { [(id)object release]; }

__attribute__((constructor)) static void teachBlocks(void) { _Block_use_RR(keep, drop); }
