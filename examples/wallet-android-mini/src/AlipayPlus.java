import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.function.Predicate;
import org.json.JSONObject;
import org.json.JSONParserConfiguration;

/** The signed calls of an MPP server to Alipay+. */
class AlipayPlus {
    private static final int[] TRIES_MS = {0, 50, 100, 200, 400, 800};
    private static final JSONParserConfiguration STRICTLY = new JSONParserConfiguration().withStrictMode(true);
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final JSONObject config;
    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    AlipayPlus(JSONObject config) throws Exception {
        this.config = config;
        KeyFactory keys = KeyFactory.getInstance("RSA");
        privateKey = keys.generatePrivate(new PKCS8EncodedKeySpec(key("privateKeyFile")));
        publicKey = keys.generatePublic(new X509EncodedKeySpec(key("alipayPlusPublicKeyFile")));
    }

    /** The first answer that is final, and really theirs; null where none is. */
    JSONObject ask(String place, JSONObject request, Predicate<JSONObject> isFinal) {
        for (int delay : TRIES_MS) {
            try {
                Thread.sleep(delay);
                JSONObject answer = call(place, request.toString());
                if (isFinal.test(answer)) return answer;
            } catch (Exception unusable) {
                // Asked again.
            }
        }
        return null;
    }

    private JSONObject call(String place, String body) throws Exception {
        URI url = URI.create(config.getString("gateway")).resolve(place);
        String target = url.getRawPath() + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
        String clientId = config.getString("clientId");
        String signed = "POST " + target + "\n" + clientId + ".";
        String time = Instant.now().toString();
        Signature ours = Signature.getInstance("SHA256withRSA");
        ours.initSign(privateKey);
        ours.update((signed + time + "." + body).getBytes(UTF_8));
        String signature = URLEncoder.encode(Base64.getEncoder().encodeToString(ours.sign()), UTF_8);
        HttpRequest request = HttpRequest.newBuilder(url)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .headers("content-type", "application/json", "client-id", clientId, "request-time", time)
            .header("signature", "algorithm=RSA256,keyVersion=1,signature=" + signature)
            .timeout(Duration.ofSeconds(3))
            .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        String theirTime = answer.headers().firstValue("response-time").orElseThrow();
        String header = answer.headers().firstValue("signature").orElseThrow();
        String theirs = URLDecoder.decode(header.replaceAll(".*signature=([^,\\s]+).*", "$1"), UTF_8);
        Signature check = Signature.getInstance("SHA256withRSA");
        check.initVerify(publicKey);
        // Bytes that are no UTF-8 come out as others, and are not signed then.
        check.update((signed + theirTime + "." + answer.body()).getBytes(UTF_8));
        if (answer.statusCode() != 200 || !check.verify(Base64.getDecoder().decode(theirs))) {
            throw new GeneralSecurityException("no answer of Alipay+");
        }
        return new JSONObject(answer.body(), STRICTLY);
    }

    private byte[] key(String name) throws Exception {
        String text = Files.readString(Path.of(config.getString(name)));
        return Base64.getMimeDecoder().decode(text.replaceAll("-----.*-----", ""));
    }
}
