import com.fluenda.parcefone.event.CommonEvent;
import com.fluenda.parcefone.parser.CEFParser;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Date;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** CEF lines in; per line INVALID, or OK and KEY:BASE64 for every field that parcefone found, still escaped. */
public class CefReader {
  static String text(Object value) {
    if (value instanceof Date) return Long.toString(((Date) value).getTime());
    if (value instanceof InetAddress) return ((InetAddress) value).getHostAddress();
    return String.valueOf(value);
  }

  static void add(StringBuilder line, String prefix, Map<String, Object> fields) {
    for (Map.Entry<String, Object> one : new TreeMap<>(fields).entrySet()) {
      byte[] bytes = text(one.getValue()).getBytes(StandardCharsets.UTF_8);
      line.append(' ').append(prefix).append(one.getKey()).append(':').append(Base64.getEncoder().encodeToString(bytes));
    }
  }

  public static void main(String[] arguments) throws Exception {
    CEFParser parser = new CEFParser();
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      CommonEvent event;
      try {
        event = parser.parse(line, true, true, Locale.ENGLISH);
      } catch (Exception error) {
        out.println("INVALID " + error.getClass().getSimpleName());
        continue;
      }
      if (event == null) {
        out.println("INVALID");
        continue;
      }
      StringBuilder found = new StringBuilder("OK");
      add(found, "header.", event.getHeader());
      add(found, "", event.getExtension(true));
      out.println(found);
    }
    out.flush();
  }
}
