#import "MPPJson.h"
#import "MPPWork.h"

enum { kMaxDepth = 32 };

// Writing

static void writeText(NSString *text, NSMutableData *out) {
  [out appendBytes:"\"" length:1];
  for (NSUInteger at = 0; at < [text length]; at++) {
    unichar unit = [text characterAtIndex:at];
    char written[8];
    BOOL isPlain = unit >= ' ' && unit < 0x7f && unit != '"' && unit != '\\';
    int length = isPlain ? snprintf(written, sizeof written, "%c", unit)
                         : snprintf(written, sizeof written, "\\u%04x", unit);
    [out appendBytes:written length:(NSUInteger)length];
  }
  [out appendBytes:"\"" length:1];
}

static void writeWord(NSString *word, NSMutableData *out) {
  [out appendData:[word dataUsingEncoding:NSASCIIStringEncoding]];
}

static void writeValue(id value, NSMutableData *out) {
  if ([value isKindOfClass:[NSDictionary class]]) {
    NSString *before = @"{";
    for (NSString *name in value) {
      writeWord(before, out);
      writeText(name, out);
      writeWord(@":", out);
      writeValue([value objectForKey:name], out);
      before = @",";
    }
    writeWord([value count] == 0 ? @"{}" : @"}", out);
  } else if ([value isKindOfClass:[NSArray class]]) {
    NSString *before = @"[";
    for (id item in value) {
      writeWord(before, out);
      writeValue(item, out);
      before = @",";
    }
    writeWord([value count] == 0 ? @"[]" : @"]", out);
  } else if ([value isKindOfClass:[NSNumber class]]) {
    writeWord([value stringValue], out);
  } else if ([value isKindOfClass:[NSNull class]]) {
    writeWord(@"null", out);
  } else {
    writeText([value description], out);
  }
}

NSData *MPPJsonData(id value) {
  NSMutableData *out = [NSMutableData data];
  writeValue(value, out);
  return out;
}

// Reading

typedef struct {
  const unsigned char *bytes;
  NSUInteger at, end;
  const char *expected;
} Reader;

static id readValue(Reader *reader, int depth);

/** Remembers what was expected; the first of them is where the text is broken. */
static id refuse(Reader *reader, const char *expected) {
  reader->expected = reader->expected ? reader->expected : expected;
  return nil;
}

static int peek(Reader *reader) { return reader->at < reader->end ? reader->bytes[reader->at] : -1; }

static BOOL take(Reader *reader, int byte) {
  BOOL isThere = peek(reader) == byte;
  reader->at += isThere;
  return isThere;
}

static void skip(Reader *reader) {
  while (take(reader, ' ') || take(reader, '\t') || take(reader, '\r') || take(reader, '\n')) {
  }
}

static BOOL takeWord(Reader *reader, const char *word) {
  NSUInteger length = strlen(word);
  BOOL isThere = reader->end - reader->at >= length && memcmp(reader->bytes + reader->at, word, length) == 0;
  reader->at += isThere ? length : 0;
  return isThere;
}

/** -1 where there are no four hexadecimal digits. */
static int readHex4(Reader *reader) {
  int found = 0;
  for (int digit = 0; digit < 4; digit++, reader->at++) {
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *place = peek(reader) > 0 ? strchr(digits, peek(reader)) : NULL;
    if (!place) {
      return -1;
    }
    found = found * 16 + (int)((place - digits) % 16);
  }
  return found;
}

static int readEscape(Reader *reader) {
  static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  if (take(reader, 'u')) {
    return readHex4(reader);
  }
  const char *place = peek(reader) > 0 ? strchr(names, peek(reader)) : NULL;
  reader->at += place != NULL;
  return place ? meant[place - names] : -1;
}

/** One code point of UTF-8, in its shortest form and no half of a pair; -1 where there is none. */
static int readCodePoint(Reader *reader) {
  int first = peek(reader);
  int more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
  if (first < ' ' || more < 0) {
    return -1;
  }
  static const int masks[] = {0x7f, 0x1f, 0x0f, 0x07}, least[] = {0, 0x80, 0x800, 0x10000};
  int found = first & masks[more];
  for (reader->at++; more > 0 && (peek(reader) & 0xc0) == 0x80 && peek(reader) >= 0; more--, reader->at++) {
    found = found << 6 | (peek(reader) & 0x3f);
  }
  int length = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  BOOL isHalf = found >= 0xd800 && found < 0xe000;
  return more > 0 || found < least[length] || found > 0x10ffff || isHalf ? -1 : found;
}

static NSString *readText(Reader *reader) {
  // One by one: GNUstep refuses halves of surrogate pairs, and takes U+FEFF off, where a text is made at once.
  NSMutableString *found = [NSMutableString string];
  while (!take(reader, '"')) {
    int point = take(reader, '\\') ? readEscape(reader) : readCodePoint(reader);
    if (point < 0) {
      return refuse(reader, "a character, or the end of a text");
    }
    if (point > 0xffff) {
      [found appendFormat:@"%C%C", (unichar)(0xd7c0 + (point >> 10)), (unichar)(0xdc00 + (point & 0x3ff))];
    } else {
      [found appendFormat:@"%C", (unichar)point];
    }
  }
  return found;
}

static BOOL takeDigits(Reader *reader) {
  NSUInteger start = reader->at;
  while (peek(reader) >= '0' && peek(reader) <= '9') {
    reader->at++;
  }
  return reader->at > start;
}

/** A whole number exactly, any other as a double. */
static NSNumber *readNumber(Reader *reader) {
  NSUInteger start = reader->at;
  take(reader, '-');
  BOOL isNumber = take(reader, '0') || takeDigits(reader), isWhole = YES;
  if (isNumber && take(reader, '.')) {
    isNumber = takeDigits(reader);
    isWhole = NO;
  }
  if (isNumber && (take(reader, 'e') || take(reader, 'E'))) {
    (void)(take(reader, '+') || take(reader, '-'));
    isNumber = takeDigits(reader);
    isWhole = NO;
  }
  NSUInteger length = reader->at - start;
  char text[64];
  if (!isNumber || length >= sizeof text) {
    return refuse(reader, "a value");
  }
  memcpy(text, reader->bytes + start, length);
  text[length] = 0;
  // Beyond 18 digits it is no whole number that a long long is sure to hold.
  return isWhole && length <= 18 ? [NSNumber numberWithLongLong:strtoll(text, NULL, 10)]
                                 : [NSNumber numberWithDouble:strtod(text, NULL)];
}

/** One item, or one member with its name, after the other. */
static id readMany(Reader *reader, int end, void (^one)(void)) {
  skip(reader);
  if (take(reader, end)) {
    return nil;
  }
  do {
    skip(reader);
    one();
    skip(reader);
  } while (!reader->expected && take(reader, ','));
  return take(reader, end) ? nil : refuse(reader, "',' or an end");
}

static id readMembers(Reader *reader, int depth) {
  NSMutableDictionary *found = [NSMutableDictionary dictionary];
  readMany(reader, '}', ^{
    NSString *name = take(reader, '"') ? readText(reader) : refuse(reader, "a name");
    skip(reader);
    id value = name && take(reader, ':') ? readValue(reader, depth + 1) : refuse(reader, "':'");
    if (value) {
      [found setObject:value forKey:name];
    }
  });
  return found;
}

static id readItems(Reader *reader, int depth) {
  NSMutableArray *found = [NSMutableArray array];
  readMany(reader, ']', ^{
    id value = readValue(reader, depth + 1);
    if (value) {
      [found addObject:value];
    }
  });
  return found;
}

static id readValue(Reader *reader, int depth) {
  skip(reader);
  if (depth > kMaxDepth) {
    return refuse(reader, "at most 32 levels");
  }
  if (take(reader, '{')) {
    return readMembers(reader, depth);
  }
  if (take(reader, '[')) {
    return readItems(reader, depth);
  }
  if (take(reader, '"')) {
    return readText(reader);
  }
  if (takeWord(reader, "null")) {
    return [NSNull null];
  }
  BOOL isTrue = takeWord(reader, "true");
  return isTrue || takeWord(reader, "false") ? [NSNumber numberWithBool:isTrue] : readNumber(reader);
}

id MPPJsonValue(NSData *data, NSString **problem) {
  Reader reader = {[data bytes], 0, [data length], NULL};
  id value = readValue(&reader, 0);
  skip(&reader);
  if (reader.at < reader.end) {
    refuse(&reader, "the end");
  }
  if (reader.expected) {
    *problem = [NSString stringWithFormat:@"no JSON: expected %s at byte %lu", reader.expected,
                                          (unsigned long)reader.at];
    return nil;
  }
  return value;
}
