import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.*;
import java.security.spec.*;
import java.time.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.regex.*;
import org.json.*;

/** The MPP server of the miniature: identifies codes, asks Alipay+, debits, and tells Alipay+ how it ended. */
class MppServer {
    private static final int[] TRIES_MS = {0, 50, 100, 200, 400, 800};
    private static final Decoded UNUSABLE = new Decoded(null, null, new Result("F", "PROCESS_FAIL"));
    private static final JSONParserConfiguration STRICTLY = new JSONParserConfiguration().withStrictMode(true);

    record Result(String status, String errorCode) {}

    /** What to do about an order code: one of the three is there; an order is to be confirmed. */
    record Decoded(String sdkActionPayload, JSONObject order, Result result) {}

    private record Payment(JSONObject order, String customerId, Result[] result) {}

    private final JSONObject config;
    private final PrivateKey privateKey;
    private final PublicKey alipayPlusKey;
    private final Map<String, Payment> payments = new HashMap<>();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    MppServer(JSONObject config) throws Exception {
        this.config = config;
        KeyFactory keys = KeyFactory.getInstance("RSA");
        privateKey = keys.generatePrivate(new PKCS8EncodedKeySpec(key("privateKeyFile")));
        alipayPlusKey = keys.generatePublic(new X509EncodedKeySpec(key("alipayPlusPublicKeyFile")));
    }

    private byte[] key(String name) throws Exception {
        String text = Files.readString(Paths.get(config.getString(name)));
        return Base64.getMimeDecoder().decode(text.replaceAll("-----.*-----", ""));
    }

    /** "entry", "order", or "" where the code is none of Alipay+'s. */
    String identify(String codeValue) {
        for (String kind : config.getJSONObject("codes").keySet()) {
            String[] parts = config.getJSONObject("codes").getString(kind).split("\\{id}", -1);
            if (codeValue.matches(Pattern.quote(parts[0]) + "[0-9]{20}" + Pattern.quote(parts[1]))) return kind;
        }
        return "";
    }

    Decoded decode(String codeValue, String customerId) throws Exception {
        JSONObject asked = new JSONObject(Map.of("codeValue", codeValue, "customerId", customerId));
        for (int delay : TRIES_MS) {
            Thread.sleep(delay);
            JSONObject answer = call("/aps/api/v1/payments/userInitiatedPay", asked);
            if (answer == null) continue;
            JSONObject form = answer.optJSONObject("actionForm", new JSONObject());
            Object payload = form.opt("sdkActionPayload");
            if ("HANDLE_BY_SDK".equals(form.opt("actionType"))) {
                return isText(payload) ? new Decoded((String) payload, null, null) : UNUSABLE;
            }
            JSONObject result = answer.getJSONObject("result");
            if (result.get("resultStatus").equals("F")) return failed(result.optString("resultCode"));
            if (result.get("resultStatus").equals("S")) return isPayable(answer) ? known(answer, customerId) : UNUSABLE;
        }
        return failed("TRY_AGAIN_LATER");
    }

    /** Pays an order that its customer has confirmed; a second time it takes nothing. */
    synchronized Result pay(JSONObject order, String customerId) {
        Payment payment = payments.get(order.getString("paymentRequestId"));
        if (payment.result[0] == null) {
            String expiry = order.optString("paymentExpiryTime");
            boolean isExpired = !expiry.isEmpty() && !OffsetDateTime.parse(expiry).toInstant().isAfter(Instant.now());
            boolean canPay = config.getJSONArray("canPay").toList().contains(customerId);
            String errorCode = isExpired ? "ORDER_IS_CLOSED" : canPay ? null : "BALANCE_NOT_ENOUGH";
            payment.result[0] = new Result(errorCode == null ? "S" : "F", errorCode);
            CompletableFuture.runAsync(() -> inform(payment));
        }
        return payment.result[0];
    }

    private synchronized Decoded known(JSONObject order, String customerId) {
        Payment made = new Payment(order, customerId, new Result[1]);
        Payment payment = payments.computeIfAbsent(order.getString("paymentRequestId"), id -> made);
        if (!payment.customerId.equals(customerId)) return failed("REPEAT_REQ_INCONSISTENT");
        return payment.result[0] == null ? new Decoded(null, order, null) : new Decoded(null, null, payment.result[0]);
    }

    private void inform(Payment payment) {
        Result result = payment.result[0];
        String code = result.errorCode == null ? "SUCCESS" : result.errorCode;
        Map<String, String> words = Map.of("resultStatus", result.status, "resultCode", code, "resultMessage", code);
        JSONObject told = new JSONObject(payment.order, "paymentRequestId", "paymentAmount", "payToAmount");
        told.put("paymentResult", words).put("paymentId", "mini-" + told.getString("paymentRequestId"));
        told.put("paymentTime", Instant.now().toString()).put("customerId", payment.customerId);
        String place = payment.order.optString("paymentNotifyUrl");
        for (int delay : TRIES_MS) {
            try {
                Thread.sleep(delay);
                JSONObject answer = call(place.isEmpty() ? "/aps/api/v1/payments/notifyPayment" : place, told);
                if (answer != null && answer.getJSONObject("result").get("resultStatus").equals("S")) return;
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    /** The answer of Alipay+; null where none came that can be believed. */
    private JSONObject call(String place, JSONObject request) throws InterruptedException {
        try {
            URI url = URI.create(config.getString("gateway")).resolve(place);
            String target = url.getRawPath() + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
            String from = "POST " + target + "\n" + config.getString("clientId") + ".";
            byte[] body = request.toString().getBytes(StandardCharsets.UTF_8);
            String time = Instant.now().toString();
            Signature signer = Signature.getInstance("SHA256withRSA");
            signer.initSign(privateKey);
            update(signer, from + time + ".", body);
            String made = URLEncoder.encode(Base64.getEncoder().encodeToString(signer.sign()), "UTF-8");
            HttpRequest sent = HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .header("content-type", "application/json").header("client-id", config.getString("clientId"))
                .header("request-time", time).header("signature", "algorithm=RSA256,keyVersion=1,signature=" + made)
                .timeout(Duration.ofSeconds(3)).build();
            HttpResponse<byte[]> answer = client.send(sent, HttpResponse.BodyHandlers.ofByteArray());
            String theirs = answer.headers().firstValue("signature").get().replaceAll(".*signature=([^,\\s]+).*", "$1");
            signer.initVerify(alipayPlusKey);
            update(signer, from + answer.headers().firstValue("response-time").get() + ".", answer.body());
            if (!signer.verify(Base64.getDecoder().decode(URLDecoder.decode(theirs, "UTF-8")))) return null;
            String text = StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(answer.body())).toString();
            JSONObject found = new JSONObject(text, STRICTLY);
            found.getJSONObject("result").getString("resultStatus");
            return answer.statusCode() == 200 ? found : null;
        } catch (java.io.IOException | GeneralSecurityException | RuntimeException unusable) {
            return null;
        }
    }

    private static void update(Signature signer, String head, byte[] body) throws SignatureException {
        signer.update(head.getBytes(StandardCharsets.UTF_8));
        signer.update(body);
    }

    private static Decoded failed(String errorCode) {
        return new Decoded(null, null, new Result("F", errorCode));
    }

    private static boolean isPayable(JSONObject answer) {
        return isText(answer.opt("paymentRequestId")) && isAmount(answer.opt("paymentAmount")) && isAmount(answer.opt("payToAmount"));
    }

    private static boolean isText(Object found) {
        return found instanceof String && !found.equals("");
    }

    private static boolean isAmount(Object found) {
        return found instanceof JSONObject amount && amount.opt("value") instanceof String value && value.matches("0|[1-9][0-9]*");
    }
}
