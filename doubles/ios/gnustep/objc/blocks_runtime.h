/* What GNUstep's headers ask for, and Debian's Objective-C runtime lacks. */
#include <Block.h>
