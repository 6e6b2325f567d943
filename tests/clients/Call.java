// java Call.java CLIENT URL BODY NAME VALUE ... : two calls with one client; prints a line each: status, header signature, body.
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

class Call {
    public static void main(String[] words) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (int time = 0; time < 2; time++) {
            System.out.println(words[0].equals("url-connection") ? old(words) : modern(client, words));
        }
    }

    static String modern(HttpClient client, String[] words) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(words[1]))
            .POST(HttpRequest.BodyPublishers.ofString(words[2]));
        for (int at = 3; at < words.length; at += 2) request.header(words[at], words[at + 1]);
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.headers().firstValue("signature").isPresent() + " " + answer.body();
    }

    static String old(String[] words) throws Exception {
        HttpURLConnection call = (HttpURLConnection) new URL(words[1]).openConnection();
        call.setRequestMethod("POST");
        call.setDoOutput(true);
        for (int at = 3; at < words.length; at += 2) call.setRequestProperty(words[at], words[at + 1]);
        call.getOutputStream().write(words[2].getBytes(StandardCharsets.UTF_8));
        int status = call.getResponseCode();
        var stream = status < 400 ? call.getInputStream() : call.getErrorStream();
        String body = stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        return status + " " + (call.getHeaderField("signature") != null) + " " + body;
    }
}
