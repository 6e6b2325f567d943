import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Map;
import mpp.doubles.android.*;
import org.json.JSONObject;

/** A miniature Android wallet: its client, and the lines that its test build adds. java Wallet CONFIG [FAULT] */
class Wallet {
    private final MppServer server;
    private final String fault;

    Wallet(MppServer server, String fault) {
        this.server = server;
        this.fault = fault;
    }

    /** Where the client stands after a payment: one of the two is there. */
    private record Outcome(String sdkActionPayload, MppServer.Result result) {}

    private Outcome pay(String codeValue, String customerId, Screens screens) throws Exception {
        MppServer.Decoded decoded = server.decode(codeValue, customerId);
        String payload = decoded.sdkActionPayload();
        String actionType = payload != null ? "HANDLE_BY_SDK" : "HANDLE_BY_PSP";
        if (payload != null || decoded.order() != null) screens.serverAnswer(actionType, payload).await();
        if (payload != null) return new Outcome(payload, null);
        if (decoded.order() != null) screens.cashierPage().await();
        MppServer.Result result = decoded.result() != null ? decoded.result() : server.pay(decoded.order(), customerId);
        screens.serverAnswer(actionType, null, result.status(), result.errorCode()).await();
        screens.resultPage(result.status(), result.errorCode()).await();
        return new Outcome(null, result);
    }

    private void decode(String codeValue, Phone phone, Callback<DecodeServiceResult> callback) {
        try {
            Outcome outcome = pay(codeValue, phone.customerId, phone.screens);
            DecodeServiceResult result = new DecodeServiceResult();
            result.sdkActionPayload = outcome.sdkActionPayload;
            if (outcome.result != null && outcome.result.status().equals("F")) {
                callback.onFailure(outcome.result.errorCode(), "The payment has failed.");
            } else if (outcome.sdkActionPayload != null && fault.equals("handle-action-for-entry-code")) {
                handleAction(phone, outcome.sdkActionPayload);
            } else {
                callback.onSuccess(result);
                if (fault.equals("callback-twice")) callback.onSuccess(result);
            }
        } catch (Exception problem) {
            callback.onFailure("SYSTEM_ERROR", problem.toString());
        }
    }

    private void handleAction(Phone phone, String payload) {
        ActionParams params = new ActionParams();
        params.sdkActionPayload = payload;
        phone.sdk.handleAction(params);
    }

    void scan(Phone phone) throws Exception {
        phone.sdk.mpmService = (params, callback) -> decode(params.codeValue, phone, callback);
        String kind = server.identify(phone.codeValue);
        String action = Map.of("entry", "OPEN_URL", "order", "DECODE").getOrDefault(kind, "NONE");
        phone.screens.identityAnswer(phone.codeValue, action).await();
        if (kind.equals("entry")) {
            LaunchParams params = new LaunchParams();
            params.url = phone.codeValue;
            params.userAgent = "AlipayConnect";
            phone.sdk.launch(null, params);
        } else if (kind.equals("order")) {
            Outcome outcome = pay(phone.codeValue, phone.customerId, phone.screens);
            if (outcome.sdkActionPayload != null) handleAction(phone, outcome.sdkActionPayload);
        }
    }

    public static void main(String[] words) throws Exception {
        JSONObject config = new JSONObject(Files.readString(Paths.get(words[0])));
        Wallet wallet = new Wallet(new MppServer(config), words.length > 1 ? words[1] : "");
        TestBuild build = new TestBuild("wallet-android-mini", "1.0.0", wallet::scan);
        if (config.has("device")) Doubles.startPulling(config.getString("device"), build);
        else Doubles.startAdaptor(config.getInt("adaptorPort"), build);
        System.out.println("wallet-android-mini is ready");
        Thread.currentThread().join();
    }
}
