import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.json.JSONObject;

/** The MPP server of the miniature: identifies codes, asks Alipay+, debits, and tells Alipay+ how it ended. */
class MppServer {
    private static final String ANY = "(?s).+";
    private static final String PAYMENTS = "/aps/api/v1/payments/";

    /** Where a payment stands: a payload for the SDK, an order to confirm, or a status (S, F) where all is over. */
    record Step(String payload, JSONObject order, String status, String errorCode) {}

    private final JSONObject config;
    private final AlipayPlus alipayPlus;
    private final Map<String, Step> steps = new ConcurrentHashMap<>();
    private final Map<String, String> customers = new ConcurrentHashMap<>();

    MppServer(JSONObject config) throws Exception {
        this.config = config;
        alipayPlus = new AlipayPlus(config);
    }

    /** "entry", "order", or "" where the code is none of Alipay+'s. */
    String identify(String codeValue) {
        JSONObject codes = config.getJSONObject("codes");
        for (String kind : codes.keySet()) {
            String pattern = Pattern.quote(codes.getString(kind)).replace("{id}", "\\E[0-9]{20}\\Q");
            if (codeValue.matches(pattern)) return kind;
        }
        return "";
    }

    Step decode(String codeValue, String customerId) {
        JSONObject asked = new JSONObject().put("codeValue", codeValue).put("customerId", customerId);
        JSONObject answer = alipayPlus.ask(PAYMENTS + "userInitiatedPay", asked, it -> bySdk(it) || ended(it, "[SF]"));
        if (answer == null) return failed("TRY_AGAIN_LATER");
        String payload = text(answer, "/actionForm/sdkActionPayload", ANY);
        if (bySdk(answer)) return payload == null ? failed("PROCESS_FAIL") : new Step(payload, null, null, null);
        if (ended(answer, "F")) return failed(text(answer, "/result/resultCode", ANY));
        String id = text(answer, "/paymentRequestId", ANY);
        boolean isPayable = id != null && List.of("/paymentAmount/value", "/payToAmount/value").stream()
            .allMatch(place -> text(answer, place, "0|[1-9][0-9]*") != null);
        if (!isPayable) return failed("PROCESS_FAIL");
        boolean isTheirs = customers.computeIfAbsent(id, none -> customerId).equals(customerId);
        if (!isTheirs) return failed("REPEAT_REQ_INCONSISTENT");
        return steps.computeIfAbsent(id, none -> new Step(null, answer, null, null));
    }

    /** Pays an order that its customer has confirmed; a second time it takes nothing. */
    Step pay(JSONObject order, String customerId) {
        return steps.computeIfPresent(order.getString("paymentRequestId"), (id, step) -> {
            if (step.status != null) return step;
            boolean canPay = config.getJSONArray("canPay").toList().contains(customerId);
            Step funded = canPay ? new Step(null, null, "S", null) : failed("BALANCE_NOT_ENOUGH");
            Step paid = isOver(order) ? failed("ORDER_IS_CLOSED") : funded;
            CompletableFuture.runAsync(() -> inform(order, customerId, paid));
            return paid;
        });
    }

    private void inform(JSONObject order, String customerId, Step paid) {
        String code = paid.errorCode == null ? "SUCCESS" : paid.errorCode;
        JSONObject told = new JSONObject(order, "paymentRequestId", "paymentAmount", "payToAmount")
            .put("paymentResult", Map.of("resultStatus", paid.status, "resultCode", code, "resultMessage", code))
            .put("paymentId", "mini-" + order.getString("paymentRequestId"))
            .put("paymentTime", Instant.now().toString())
            .put("customerId", customerId);
        String place = text(order, "/paymentNotifyUrl", ANY);
        alipayPlus.ask(place == null ? PAYMENTS + "notifyPayment" : place, told, answer -> ended(answer, "S"));
    }

    private static Step failed(String errorCode) {
        return new Step(null, null, "F", errorCode);
    }

    private static boolean bySdk(JSONObject answer) {
        return text(answer, "/actionForm/actionType", "HANDLE_BY_SDK") != null;
    }

    private static boolean ended(JSONObject answer, String status) {
        return text(answer, "/result/resultStatus", status) != null;
    }

    /** Text that matches the pattern; null where there is none. */
    private static String text(JSONObject object, String pointer, String pattern) {
        return object.optQuery(pointer) instanceof String text && text.matches(pattern) ? text : null;
    }

    private static boolean isOver(JSONObject order) {
        try {
            String expiry = text(order, "/paymentExpiryTime", ANY);
            return expiry != null && !OffsetDateTime.parse(expiry).toInstant().isAfter(Instant.now());
        } catch (DateTimeException none) {
            return false;
        }
    }
}
