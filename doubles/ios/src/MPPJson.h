/** JSON: NSDictionary, NSArray, NSString, NSNumber and NSNull. Platforms differ in halves of surrogate pairs and NUL. */
#import <Foundation/Foundation.h>

/** ASCII alone: whatever is beyond it is escaped, half of a surrogate pair too. A value of another kind is its text. */
NSData *MPPJsonData(id value);

/** nil where it is no JSON, no UTF-8, or nested too deep; `problem` says where. */
id MPPJsonValue(NSData *data, NSString **problem);
