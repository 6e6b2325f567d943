"""Of which kind each faulty MPP's fault is: what a likely cause has to name in its report."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from mpp_conformance.protocol.fault_kinds import FaultKind

_NAMES: Final[Mapping[FaultKind, str]] = {
    FaultKind.CODE_MISTAKEN: """
        order-codes-launched order-codes-launched-when-scanned-again entry-codes-learned-by-decoding
        entry-codes-decoded-when-scanned-again entry-codes-decoded entry-codes-unknown order-codes-unknown
        foreign-codes-launched foreign-codes-decoded unknown-codes-sent-to-be-decoded
        entry-codes-told-for-order-codes unsupported-codes-decoded codes-without-a-rule-decoded
        identification-refused
    """,
    FaultKind.DECODED_FIRST: "decoding-tried-first",
    FaultKind.WRONG_ADDRESS: "sample-page-launched front-page-launched launched-by-redirect",
    FaultKind.SIGNATURE_MISSING: """
        requests-unsigned notifications-unsigned answers-to-alipay-plus-unsigned
        unknown-orders-answered-unsigned answers-to-cancellations-unsigned
        answers-to-alipay-plus-unsigned-after-a-stop unknown-orders-cancelled-unsigned
        notifications-unsigned-after-a-late-answer
        repeated-calls-unsigned repeated-notifications-unsigned failures-inquired-unsigned
    """,
    FaultKind.SIGNATURE_WRONG: """
        requests-signed-wrongly answers-to-alipay-plus-signed-wrongly requests-signed-with-another-key
        notifications-signed-wrongly-where-a-buyer-is-told
    """,
    FaultKind.SIGNATURE_UNREADABLE: "signatures-unreadable",
    FaultKind.CARRIED_OTHERWISE: """
        answers-with-status-500 unknown-orders-answered-with-status-404 answers-called-plain-text
        unknown-orders-answered-with-a-page
    """,
    FaultKind.EMPTY_TEXT: """
        customer-id-empty pass-through-info-empty payment-id-empty
        entry-code-inquiries-with-an-empty-id
    """,
    FaultKind.WRONG_TYPE: "customer-id-as-number code-value-as-number cancellation-status-as-boolean",
    FaultKind.AMOUNT_FORM: "amount-in-yuan amount-as-float",
    FaultKind.SPELLING: "currency-in-lower-case",
    FaultKind.FIELD_LEFT_OUT: """
        notifications-without-order result-callback-without-message unknown-orders-cancelled-without-a-status
    """,
    FaultKind.FIELDS_SWAPPED: "result-code-and-status-swapped",
    FaultKind.NOT_FINAL: "failure-notified-as-unknown",
    FaultKind.WRONG_IDENTIFIER: """
        customer-number-for-payment-id
        scan-sent-for-code success-notified-under-own-number-too success-notified-under-own-number-first
        household-asked-for-when-scanned-again household-asked-for-behind-a-known-entry-code
        scanned-code-sent-for-intercepted owed-amount-notified-in-cny customer-id-per-payment
        one-customer-id-for-all
        first-customer-for-ever customer-of-latest-scan-notified notified-under-merchant-reference
        failures-notified-under-merchant-reference
        one-payment-id-for-all account-notified-for-customer
    """,
    FaultKind.WRONG_AMOUNT: """
        amount-taken-from-client amount-owed-worked-out-from-quote amounts-of-first-payment-notified
    """,
    FaultKind.AMOUNT_ROUNDED: "amounts-kept-as-fractions",
    FaultKind.OWN_RESULT_CODE: "failure-reasons-of-its-own",
    FaultKind.REQUEST_CHANGED: """
        repeated-for-another-customer repeated-with-another-code first-code-asked-again
        lost-calls-repeated-about-another-code lost-calls-repeated-for-another-customer
    """,
    FaultKind.ACTION_TYPE_NOT_READ: """
        limit-codes-passed-to-sdk
        own-error-page-instead status-before-action-type success-means-pay
        stopped-order-paid-after-a-cancellation
        success-without-order-told-as-paid before-the-upgrade payload-decides result-code-decides
        limits-shown-by-itself expired-code-shown-by-itself failed-decoding-left-to-sdk
        every-payment-declined every-payment-told-as-paid risk-before-action-type
        sums-paid-before-refused-before-action-type
    """,
    FaultKind.FAULTY_ANSWER_BELIEVED: """
        unsigned-answers-believed answers-never-verified identities-never-verified answers-verified-after-debit
        http-status-ignored
        missing-payload-paid missing-payload-made-up other-action-types-to-sdk action-type-in-any-case
        order-paid-on-unknown-result order-of-another-customer-paid older-reader-pays
    """,
    FaultKind.SOUND_ANSWER_REFUSED: """
        rewritten-body-verified answers-verified-over-compact-body header-names-case-sensitive
        signature-header-not-trimmed signature-taken-by-position chunked-answers-not-read
    """,
    FaultKind.LATE_ANSWER_LOST: """
        late-answers-given-up client-gives-up-before-its-server decode-callback-before-a-late-answer
    """,
    FaultKind.UNKNOWN_TAKEN_AS_FINAL: """
        lost-answer-given-up unknown-taken-for-failure repetitions-counted-over-all-payments
    """,
    FaultKind.LEFT_WAITING: """
        results-not-handed-after-a-cancellation
        null-in-order-crashes-server null-taken-for-order names-beyond-basic-plane-crash-server
        answers-above-2-kib-cut unknown-fields-refused texts-above-255-refused
        amounts-above-32-bits-crash-server goods-above-ten-crash-server amount-missed-beside-order-id
        store-address-missed notify-url-missed result-codes-in-an-enumeration merchant-name-missed
        merchant-name-missed-for-entry-code
        merchant-name-missed-for-order-code compressed-answers-hang no-answer-hangs dead-after-no-answer
        number-for-text-hangs amounts-above-sixteen-bits-hang amount-at-transaction-limit-hangs
        entry-code-amount-at-limit-hangs amounts-compared-as-text payments-left-hanging
        order-code-payments-left-hanging entry-code-payments-left-hanging results-kept-from-client
        failures-kept-from-client success-kept-from-client failed-decoding-swallowed handle-by-sdk-swallowed
        unicode-crashes-server expired-code-not-told customers-locked-after-stop failures-retried
        answers-not-acted-on account-without-lock later-payments-left-hanging
        handle-by-sdk-swallowed-when-scanned-again
    """,
    FaultKind.REDIRECT_FOLLOWED: "redirects-followed",
    FaultKind.ACTION_TYPE_LOST: """
        action-type-dropped action-type-respelled
        every-result-told-with-handle-by-sdk
        results-of-large-orders-told-with-handle-by-sdk
    """,
    FaultKind.PAYLOAD_LOST: "payload-callback-empty handle-action-empty payload-dropped",
    FaultKind.PAYLOAD_REFUSED: "long-payloads-refused",
    FaultKind.TEXT_CHANGED: """
        shortened-code-identified
        code-in-lower-case-when-scanned-again
        unknown-fields-joined-to-payload codes-url-encoded payload-escapes-by-number-kept scanned-codes-upper-cased
        order-codes-cut-short-when-scanned-again
        intercepted-code-written-anew payload-trimmed payload-url-decoded payload-form-decoded
        payload-html-unescaped payload-backslashes-dropped payload-lower-cased payload-url-encoded
        callback-url-decodes-payload handle-action-url-decodes-payload launched-address-written-anew
        codes-plus-to-blank codes-host-lower-cased codes-fragment-dropped codes-query-sorted
        payload-trimmed-of-no-break-spaces payload-byte-order-mark-dropped payload-line-ends-to-lf
        payload-line-separators-dropped payload-url-decoded-where-encoded payload-plus-to-blank
        payload-html-escaped-but-quotes payload-scripts-dropped payload-single-quotes-doubled
        payload-straight-quotes payload-json-unescaped payload-json-string-read payload-json-quoted
        payload-json-as-python payload-json-as-javascript payload-json-integers-rounded
        payload-number-as-javascript payload-null-to-empty payload-templates-filled
        payload-group-references-filled payload-cut-at-ampersand payload-cut-at-bar
        payload-written-as-a-browser-does payload-normalised-to-nfc payload-normalised-to-nfd
        payload-normalised-to-nfkc payload-astral-to-question-mark payload-cut-at-nul
        payload-private-use-dropped payload-variation-selectors-dropped payload-utf-8-read-as-latin-1
        payload-read-in-pieces-of-8192 payload-base64-decoded payload-base64-wrapped-at-76-by-lf
        payload-base64-to-standard payload-cut-after-255-characters payload-cut-after-1024-characters
        payload-cut-after-4096-characters payload-cut-after-65535-bytes-in-a-letter
        client-payload-url-decoded client-payload-json-unescaped client-payload-surrogates-in-utf-8
        client-payload-single-braces-filled client-payload-lower-cased-in-turkish
        client-payload-line-separators-escaped client-payload-cut-after-4000-characters
        client-payload-json-as-gson
    """,
    FaultKind.MIXED_UP: """
        one-callback-for-all first-callback-for-ever one-payload-for-all one-payload-for-handle-action
        one-address-for-all answer-to-latest-client one-payment-result-for-all payload-of-last-time
        first-payload-for-ever first-payload-for-everybody answer-of-anybody-before stop-sticks-to-customer
        stop-sticks-to-entry-codes first-answer-for-ever
        callbacks-in-eight-slots payloads-in-eight-slots payload-by-customer callback-by-customer
        session-by-customer answers-by-connection identity-of-latest-code result-by-customer
        order-by-customer-and-amount account-of-latest-customer-debited
        earlier-callback-executed-with-order-codes identity-told-of-the-first-code
        first-order-behind-an-entry-code-asked-for-ever first-answer-behind-an-entry-code-for-ever
        action-type-kept-by-sum
        first-address-for-ever customer-of-latest-scan order-of-last-time-stays
    """,
    FaultKind.ERROR_CODE_MISSING: """
        failure-with-success-for-a-code failure-with-null-for-a-code result-callback-with-a-blank-for-a-code
        result-callback-without-code overdue-order-without-a-code
        no-error-code no-error-code-for-order-code failed-decoding-without-code
        failures-without-a-code-where-no-merchant-is-told
    """,
    FaultKind.RESULT_BESIDE_SDK: """
        debited-with-handle-by-sdk stopped-payments-notified-as-failed transaction-limit-overdrawn
        yearly-limit-overdrawn success-also-told-as-paid-for-order-code success-also-told-as-paid-for-entry-code
        yearly-limit-of-new-customers-overdrawn order-beside-failure-paid
        entry-code-order-beside-handle-by-sdk-paid amounts-above-32-bits-wrap-around
        handle-by-sdk-notified-as-failure stopped-code-paid-when-scanned-again
    """,
    FaultKind.SUCCESS_MADE_UP: """
        no-answer-told-as-paid unknown-taken-for-success failed-decoding-told-as-success
        unknown-taken-for-success-after-a-success failed-order-told-as-paid-when-scanned-again
        repetition-told-by-amount
    """,
    FaultKind.PAID_TWICE: """
        each-call-paid own-order-paid-anew call-sent-and-paid-twice code-debited-with-each-scan
        orders-without-expiry-paid-twice
    """,
    FaultKind.PAID_FROM_MEMORY: "refused-code-paid-from-memory",
    FaultKind.EXPIRY_IGNORED: "overdue-orders-paid expiry-read-without-its-offset",
    FaultKind.CANCELLATION_IGNORED: """
        cancelled-payment-taken-all-the-same cancelled-entry-code-payment-taken-all-the-same
    """,
    FaultKind.TOLD_OTHERWISE: """
        success-told-always success-told-first pending-told-as-failure cancelled-payment-told-as-paid
    """,
    FaultKind.NOTIFIED_OTHERWISE: "failure-notified-as-success success-notified-as-failure",
    FaultKind.RESULT_REVISED: """
        success-taken-back cancellation-of-a-success-notified
        failed-order-paid-when-scanned-again
        success-then-failure-notified-of-one-customer success-notified-before-failure
    """,
    FaultKind.LIMIT_OF_ITS_OWN: """
        limit-of-its-own limit-of-its-own-at-the-limit customers-locked-after-another-fails
    """,
    FaultKind.NOT_NOTIFIED: """
        never-notified not-notified-after-a-repeated-call notified-under-own-id
        failures-never-notified only-paid-orders-booked
        failure-left-open
        notified-under-merchants-reference large-amounts-not-notified
    """,
    FaultKind.NOTICE_NOT_REPEATED: "notification-never-repeated",
    FaultKind.NOTICES_DIFFER: """
        customs-amount-per-notification
        payment-id-per-notification failure-reason-per-notification
        third-notification-of-another-payment
    """,
    FaultKind.INQUIRY_CONTRADICTS: """
        failed-orders-unknown-for-ever cancelled-orders-unknown-for-ever strange-orders-unknown-for-ever
        call-told-as-in-process call-told-as-in-process-alone row-inquired-for-payment-id
        success-inquired-as-unknown failure-inquired-as-success failure-inquired-as-unknown
        success-foretold-to-inquiries failure-foretold-to-inquiries unknown-order-inquired-as-in-process
        unknown-order-inquired-as-process-fail cancelled-inquired-as-before inquiries-answered-from-a-cache
        ends-inquired-from-a-cache cancelled-order-inquired-as-failed-when-confirmed
        every-call-answered-with-no-order every-call-answered-as-paid every-call-answered-as-closed
        every-call-answered-as-under-way latest-order-inquired first-order-inquired-for-ever
        all-orders-of-the-customer-cancelled latest-order-of-the-customer-cancelled
        inquiries-answered-of-latest-order order-ids-cut-short order-ids-read-as-numbers
        success-inquired-as-unknown-until-it-is-notified
        failed-orders-of-the-customer-closed-with-another open-orders-closed-with-another
        open-orders-barred-with-another order-before-closed-with-another
        latest-order-closed-with-another next-order-closed-after-a-cancellation
        cancellation-closes-other-orders cancelled-entry-code-inquired-as-before
        inquired-amounts-swapped inquiries-unknown-at-first
        inquiries-answered-in-process-after-a-stop stopped-orders-inquired-as-paid
    """,
    FaultKind.CANCELLATION_REFUSED: """
        cancellations-unknown-for-ever cancellations-of-paid-orders-unknown-for-ever
        cancellations-of-failed-orders-unknown-for-ever cancellations-unknown-while-paying
        another-order-not-cancelled
        cancellation-refused-after-success cancellation-refused-after-failure
        cancellation-refused-while-paying cancellation-unknown-at-first
        cancellations-refused-after-a-stop
        only-latest-payment-cancelled cancellation-refused-until-the-success-is-notified
    """,
    FaultKind.NOT_IDEMPOTENT: """
        second-cancellation-unknown-for-ever
        second-cancellation-refused second-cancellation-answered-otherwise
        second-cancellation-of-a-failure-refused
    """,
    FaultKind.NOT_SERVED: """
        inquiries-not-served cancellations-not-served no-call-served
    """,
    FaultKind.CALLER_NOT_VERIFIED: """
        strangers-obeyed unsigned-calls-obeyed strangers-refused-too-late calls-signed-with-another-key-obeyed
        calls-with-an-unreadable-signature-obeyed strangers-obeyed-while-paying strangers-obeyed-after-a-failure
        failed-orders-closed-for-refused-strangers open-orders-barred-for-refused-strangers
        inquiries-of-strangers-answered payments-told-beside-a-refusal
        second-try-of-a-stranger-obeyed strangers-obeyed-while-the-consumer-pays
    """,
    FaultKind.VALID_CALL_REFUSED: """
        calls-verified-over-reserialised-body calls-verified-over-fields-in-own-order
        calls-verified-over-body-with-blanks calls-with-blanks-in-signature-refused
        call-headers-looked-up-in-lower-case call-headers-looked-up-with-capitals
        calls-with-an-unknown-field-refused every-call-refused every-call-answered-with-unknown
    """,
    FaultKind.STEP_LEFT_OUT: """
        invalid-code-not-shown
        payload-callback-never handle-action-never never-launched user-initiated-pay-never-called
        decode-calls-unanswered scanned-order-codes-unanswered result-callback-never result-page-never
        result-page-of-success-only result-page-for-order-codes-only result-page-of-entry-code-success-only
        result-page-of-order-code-success-only nothing-done hand-overs-not-acted-on
        scans-dropped-above-sixteen later-scans-ignored launched-once-only decode-served-once-only
        nothing-asked-after-a-failure
    """,
    FaultKind.ACTED_TWICE: """
        payload-callback-twice handle-action-twice launched-twice result-callback-twice
        later-callbacks-repeated decode-callback-before-a-late-answer-and-after
        result-callback-twice-with-goods
    """,
    FaultKind.TOO_EARLY: """
        success-shown-before-the-cashier-page
        cashier-page-at-once callback-before-result callback-foresees-result
        unknown-told-as-failure-meanwhile
    """,
    FaultKind.WRONG_WAY: """
        handle-action-for-entry-code both-ways-for-entry-code callback-for-order-code
        both-ways-for-order-code
    """,
    FaultKind.NOT_ASKED_FOR: """
        payload-launched-too
        handle-action-with-result handle-action-by-payload payload-with-successful-result
        handle-action-for-orders-without-quote
    """,
    FaultKind.FAILURE_PATH: """
        payload-callback-on-failure-path result-callback-always-fails
        result-callback-fails-with-promotion
    """,
    FaultKind.SUCCESS_PATH: """
        failed-payment-with-goods-called-back-as-success closed-order-called-back-as-success
        result-callback-always-succeeds callback-succeeds-without-an-answer
        later-callbacks-always-succeed
    """,
    FaultKind.OWN_PAGE: "own-error-page-beside",
    FaultKind.SHOWN_OTHERWISE: """
        stopped-payment-shown-as-paid result-page-always-says-paid
        result-page-of-payment-before
        failed-decoding-of-order-code-shown-as-paid failed-decoding-of-entry-code-shown-as-paid
        stopped-payment-with-long-payload-shown-as-paid failure-shown-before-success
    """,
    FaultKind.ADAPTOR: """
        broken-calls-crash-adaptor broken-calls-taken adaptor-unwell-after-broken-call
        page-status-reported-in-words callback-reported-without-name handle-action-reported-as-object
        nothing-reported hand-over-reported-after-callback
    """,
}
KINDS: Final[Mapping[str, FaultKind]] = MappingProxyType(
    {name: kind for kind, names in _NAMES.items() for name in names.split()}
)
"""By the specimen's name."""

ALSO: Final[Mapping[str, tuple[FaultKind, ...]]] = MappingProxyType(
    {
        "action-type-kept-by-sum": (FaultKind.ACTION_TYPE_NOT_READ,),
        "answer-of-anybody-before": (FaultKind.TOLD_OTHERWISE,),
        "answer-to-latest-client": (FaultKind.LEFT_WAITING,),
        "cancelled-entry-code-payment-taken-all-the-same": (FaultKind.INQUIRY_CONTRADICTS,),
        "cancelled-payment-taken-all-the-same": (FaultKind.INQUIRY_CONTRADICTS,),
        "calls-with-an-unknown-field-refused": (FaultKind.INQUIRY_CONTRADICTS,),
        "client-payload-single-braces-filled": (FaultKind.PAYLOAD_LOST,),
        "code-debited-with-each-scan": (FaultKind.INQUIRY_CONTRADICTS,),
        "customers-locked-after-another-fails": (FaultKind.OWN_RESULT_CODE,),
        "each-call-paid": (FaultKind.INQUIRY_CONTRADICTS,),
        "entry-codes-decoded-when-scanned-again": (FaultKind.DECODED_FIRST,),
        "ends-inquired-from-a-cache": (FaultKind.CALLER_NOT_VERIFIED,),
        "identification-refused": (FaultKind.EMPTY_TEXT,),
        "inquiries-answered-from-a-cache": (FaultKind.CALLER_NOT_VERIFIED,),
        "only-latest-payment-cancelled": (FaultKind.NOT_IDEMPOTENT,),
        "every-call-answered-as-closed": (FaultKind.CANCELLATION_IGNORED, FaultKind.CALLER_NOT_VERIFIED),
        "every-call-answered-as-paid": (FaultKind.CANCELLATION_IGNORED, FaultKind.CALLER_NOT_VERIFIED),
        "every-call-answered-as-under-way": (FaultKind.CANCELLATION_IGNORED, FaultKind.CALLER_NOT_VERIFIED),
        "every-call-answered-with-no-order": (FaultKind.CANCELLATION_REFUSED,),
        "every-call-answered-with-unknown": (FaultKind.INQUIRY_CONTRADICTS,),
        "every-payment-declined": (
            FaultKind.UNKNOWN_TAKEN_AS_FINAL,
            FaultKind.SOUND_ANSWER_REFUSED,
            FaultKind.NOT_NOTIFIED,
            FaultKind.ERROR_CODE_MISSING,
        ),
        "every-result-told-with-handle-by-sdk": (FaultKind.ACTION_TYPE_NOT_READ,),
        "every-payment-told-as-paid": (FaultKind.SUCCESS_MADE_UP, FaultKind.NOT_NOTIFIED),
        "failure-notified-as-success": (FaultKind.TOLD_OTHERWISE,),
        "failure-with-success-for-a-code": (FaultKind.OWN_RESULT_CODE,),
        "first-order-behind-an-entry-code-asked-for-ever": (FaultKind.STEP_LEFT_OUT,),
        # The payment that hangs there is the one that was answered late.
        "later-payments-left-hanging": (FaultKind.LATE_ANSWER_LOST,),
        "launched-address-written-anew": (FaultKind.WRONG_ADDRESS,),
        "limit-of-its-own": (FaultKind.NOT_NOTIFIED,),
        "limit-of-its-own-at-the-limit": (FaultKind.NOT_NOTIFIED,),
        "nothing-reported": (FaultKind.LEFT_WAITING,),
        "one-payment-id-for-all": (FaultKind.INQUIRY_CONTRADICTS,),
        "order-of-last-time-stays": (FaultKind.PAID_FROM_MEMORY, FaultKind.RESULT_BESIDE_SDK),
        "orders-without-expiry-paid-twice": (FaultKind.NOTICES_DIFFER,),
        "payload-cut-at-ampersand": (FaultKind.PAYLOAD_LOST,),
        "payload-null-to-empty": (FaultKind.PAYLOAD_LOST,),
        "results-of-large-orders-told-with-handle-by-sdk": (FaultKind.ACTION_TYPE_NOT_READ,),
        "stopped-code-paid-when-scanned-again": (FaultKind.ACTION_TYPE_NOT_READ,),
        "success-shown-before-the-cashier-page": (FaultKind.SHOWN_OTHERWISE,),
        "success-notified-as-failure": (FaultKind.TOLD_OTHERWISE,),
        "transaction-limit-overdrawn": (FaultKind.OWN_PAGE,),
        "unknown-told-as-failure-meanwhile": (FaultKind.OWN_PAGE,),
    }
)
"""Those whose one habit is of several kinds: what an auditor who knew them would accept as well."""
