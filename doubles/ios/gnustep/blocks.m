/** Blocks that are copied keep the objects they use: Debian's runtime for blocks does not know what an object is. */
#import <Foundation/Foundation.h>

/** As the compiler says that a block has captured an object; other kinds are the runtime's. */
enum { kObject = 3 };

void __real__Block_object_assign(void *place, const void *captured, const int kind);
void __real__Block_object_dispose(const void *captured, const int kind);

void __wrap__Block_object_assign(void *place, const void *captured, const int kind) {
  if (kind == kObject) {
    *(id *)place = [(id)captured retain];
  } else {
    __real__Block_object_assign(place, captured, kind);
  }
}

void __wrap__Block_object_dispose(const void *captured, const int kind) {
  if (kind == kObject) {
    [(id)captured release];
  } else {
    __real__Block_object_dispose(captured, kind);
  }
}
