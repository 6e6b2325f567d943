"""The kinds of fault that an MPP can have: what a faulty specimen says of itself, and what a likely cause names."""

from enum import StrEnum


class FaultKind(StrEnum):
    """A kind of fault, in words; two faults are of one kind where the same mend is wanted."""

    # codes
    CODE_MISTAKEN = "code taken for another kind"
    DECODED_FIRST = "entry code sent to be decoded"
    WRONG_ADDRESS = "another address launched"
    # what is said to Alipay+
    SIGNATURE_MISSING = "signature missing"
    SIGNATURE_WRONG = "signature over something else"
    SIGNATURE_UNREADABLE = "signature unreadable"
    EMPTY_TEXT = "empty text sent"
    WRONG_TYPE = "JSON type wrong"
    AMOUNT_FORM = "amount not in minor units"
    SPELLING = "value spelled otherwise"
    FIELD_LEFT_OUT = "field left out"
    FIELDS_SWAPPED = "fields swapped"
    NOT_FINAL = "result notified that is not final"
    WRONG_IDENTIFIER = "one identifier for another"
    WRONG_AMOUNT = "wrong amount"
    AMOUNT_ROUNDED = "amount rounded"
    OWN_RESULT_CODE = "result code of its own"
    REQUEST_CHANGED = "repeated request changed"
    # Alipay+'s answer
    ACTION_TYPE_NOT_READ = "actionType not read"
    FAULTY_ANSWER_BELIEVED = "faulty answer believed"
    SOUND_ANSWER_REFUSED = "sound answer refused"
    UNKNOWN_TAKEN_AS_FINAL = "unknown result taken as final"
    LEFT_WAITING = "silence after an answer"
    REDIRECT_FOLLOWED = "redirect followed"
    # between server and client
    ACTION_TYPE_LOST = "actionType lost or respelled"
    PAYLOAD_LOST = "payload lost"
    PAYLOAD_REFUSED = "payload refused"
    TEXT_CHANGED = "text changed on the way"
    MIXED_UP = "payments mixed up"
    ERROR_CODE_MISSING = "error code missing"
    # money
    RESULT_BESIDE_SDK = "result beside HANDLE_BY_SDK"
    SUCCESS_MADE_UP = "success without a payment"
    PAID_TWICE = "one order paid twice"
    PAID_FROM_MEMORY = "refused code paid"
    EXPIRY_IGNORED = "expired order paid"
    CANCELLATION_IGNORED = "cancelled order paid"
    TOLD_OTHERWISE = "client told another result"
    NOTIFIED_OTHERWISE = "Alipay+ told another result"
    RESULT_REVISED = "final result revised"
    LIMIT_OF_ITS_OWN = "limit of its own"
    # notifications, inquiries, cancellations
    NOT_NOTIFIED = "result not notified"
    NOTICE_NOT_REPEATED = "notification not repeated"
    NOTICES_DIFFER = "repeated notification changed"
    INQUIRY_CONTRADICTS = "inquiry answered against the facts"
    CANCELLATION_REFUSED = "cancellation refused"
    NOT_IDEMPOTENT = "repeated call answered otherwise"
    NOT_SERVED = "call not served"
    CALLER_NOT_VERIFIED = "caller not verified"
    VALID_CALL_REFUSED = "valid call refused"
    # the client
    STEP_LEFT_OUT = "step left out"
    ACTED_TWICE = "step taken twice"
    TOO_EARLY = "step taken too early"
    WRONG_WAY = "way of the other kind of code"
    NOT_ASKED_FOR = "SDK called without need"
    FAILURE_PATH = "failure path for a success"
    SUCCESS_PATH = "success path for a failure"
    OWN_PAGE = "page of its own"
    SHOWN_OTHERWISE = "page against the result"
    # everything at once
    MUTE = "mute in a whole part"
    # the set-up
    ADAPTOR = "adaptor"
