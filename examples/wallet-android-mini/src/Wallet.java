import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import mpp.doubles.android.*;
import org.json.JSONObject;

/** A miniature Android wallet: its client, and the lines that its test build adds. java Wallet CONFIG [FAULT] */
record Wallet(MppServer server, String fault) {
    private MppServer.Step pay(String codeValue, Phone phone) {
        MppServer.Step step = server.decode(codeValue, phone.customerId);
        String actionType = step.payload() != null ? "HANDLE_BY_SDK" : "HANDLE_BY_PSP";
        if (step.status() == null) phone.screens.serverAnswer(actionType, step.payload()).await();
        if (step.payload() != null) return step;
        if (step.order() != null) {
            phone.screens.cashierPage().await();
            step = server.pay(step.order(), phone.customerId);
        }
        phone.screens.serverAnswer(actionType, null, step.status(), step.errorCode()).await();
        phone.screens.resultPage(step.status(), step.errorCode()).await();
        return step;
    }

    private void decode(String codeValue, Phone phone, Callback<DecodeServiceResult> callback) {
        MppServer.Step step = pay(codeValue, phone);
        DecodeServiceResult result = new DecodeServiceResult();
        result.sdkActionPayload = step.payload();
        if ("F".equals(step.status())) {
            callback.onFailure(step.errorCode(), "The payment has failed.");
        } else if (step.payload() != null && fault.equals("handle-action-for-entry-code")) {
            handleAction(step.payload(), phone);
        } else {
            callback.onSuccess(result);
            if (fault.equals("callback-twice")) callback.onSuccess(result);
        }
    }

    private void handleAction(String payload, Phone phone) {
        ActionParams params = new ActionParams();
        params.sdkActionPayload = payload;
        phone.sdk.handleAction(params);
    }

    private void scan(Phone phone) {
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
            MppServer.Step step = pay(phone.codeValue, phone);
            if (step.payload() != null) handleAction(step.payload(), phone);
        }
    }

    public static void main(String[] words) throws Exception {
        JSONObject config = new JSONObject(Files.readString(Path.of(words[0])));
        Wallet wallet = new Wallet(new MppServer(config), words.length > 1 ? words[1] : "");
        TestBuild build = new TestBuild("wallet-android-mini", "1.0.0", wallet::scan);
        if (config.has("device")) Doubles.startPulling(config.getString("device"), build);
        else Doubles.startAdaptor(config.getInt("adaptorPort"), build);
        System.out.println("wallet-android-mini is ready");
        Thread.currentThread().join();
    }
}
