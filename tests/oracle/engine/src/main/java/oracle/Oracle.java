package oracle;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.ConceptValidationOptions;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.utilities.npm.NpmPackage;

/**
 * HL7's InstanceValidator (R4, offline), as a process that stays alive.
 *
 * <p>Reads {@code {"name": ..., "text": ...}} from each line of standard input and answers with
 * {@code {"name": ..., "messages": [{"severity", "location", "line", "column", "id", "text"}]}}, in
 * the same order. Arguments: {@code --strict} refuses unknown extensions; {@code --package FILE}
 * loads a FHIR package and may be repeated; {@code --threads N}.
 */
public final class Oracle {
  private Oracle() {}

  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    FhirContext context = FhirContext.forR4();
    PrePopulatedValidationSupport packages = new PrePopulatedValidationSupport(context);
    boolean strict = false;
    int threads = 1;
    for (int at = 0; at < arguments.length; at++) {
      switch (arguments[at]) {
        case "--strict" -> strict = true;
        case "--package" -> load(packages, context, arguments[++at]);
        case "--threads" -> threads = Integer.parseInt(arguments[++at]);
        default -> throw new IllegalArgumentException(arguments[at]);
      }
    }
    FhirValidator validator = validator(context, packages, strict);
    out.println("{\"ready\":true}");
    out.flush();
    answer(validator, out, threads);
  }

  private static void answer(FhirValidator validator, PrintStream out, int threads)
      throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    ArrayDeque<Future<JsonObject>> waiting = new ArrayDeque<>();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String question = line;
      waiting.add(pool.submit(() -> messages(validator, question)));
      while (waiting.size() > 2 * threads) {
        out.println(waiting.remove().get());
      }
    }
    while (!waiting.isEmpty()) {
      out.println(waiting.remove().get());
    }
    out.flush();
    pool.shutdown();
  }

  private static JsonObject messages(FhirValidator validator, String line) {
    JsonObject question = JsonParser.parseString(line).getAsJsonObject();
    JsonArray messages = new JsonArray();
    try {
      String text = question.get("text").getAsString();
      for (SingleValidationMessage one : validator.validateWithResult(text).getMessages()) {
        messages.add(message(one));
      }
    } catch (Exception refused) { // no JSON at all: HAPI's parser refuses before the engine runs
      JsonObject fatal = new JsonObject();
      fatal.addProperty("severity", "fatal");
      fatal.addProperty("id", refused.getClass().getSimpleName());
      fatal.addProperty("text", String.valueOf(refused.getMessage()));
      messages.add(fatal);
    }
    JsonObject answer = new JsonObject();
    answer.add("name", question.get("name"));
    answer.add("messages", messages);
    return answer;
  }

  private static JsonObject message(SingleValidationMessage one) {
    JsonObject made = new JsonObject();
    made.addProperty("severity", one.getSeverity().getCode());
    made.addProperty("location", one.getLocationString());
    made.addProperty("line", one.getLocationLine());
    made.addProperty("column", one.getLocationCol());
    made.addProperty("id", one.getMessageId());
    made.addProperty("text", one.getMessage());
    return made;
  }

  private static FhirValidator validator(
      FhirContext context, IValidationSupport packages, boolean strict) {
    InMemoryTerminologyServerValidationSupport terms = new DisplayAsked(context);
    // As the HL7 validator does; HAPI only warns.
    terms.setIssueSeverityForCodeDisplayMismatch(IValidationSupport.IssueSeverity.ERROR);
    FhirInstanceValidator module =
        new FhirInstanceValidator(
            new ValidationSupportChain(
                // The core package first: HL7's later terminology has other codes for R4's systems.
                new DefaultProfileValidationSupport(context),
                packages,
                new CommonCodeSystemsTerminologyService(context),
                terms,
                new SnapshotGeneratingValidationSupport(context)));
    // HAPI allows any extension, the engine itself does not.
    module.setAnyExtensionsAllowed(!strict);
    return context.newValidator().registerValidatorModule(module);
  }

  private static void load(
      PrePopulatedValidationSupport packages, FhirContext context, String file) throws Exception {
    try (InputStream stream = new FileInputStream(file)) {
      NpmPackage found = NpmPackage.fromPackage(stream);
      for (String name : found.list("package")) {
        if (!name.matches("(StructureDefinition|ValueSet|CodeSystem)-.*\\.json")) {
          continue;
        }
        try (InputStream content = found.load("package", name)) {
          packages.addResource((IBaseResource) context.newJsonParser().parseResource(content));
        }
      }
    }
  }

  /** HAPI never asks for the display otherwise. */
  private static final class DisplayAsked extends InMemoryTerminologyServerValidationSupport {
    DisplayAsked(FhirContext context) {
      super(context);
    }

    @Override
    public CodeValidationResult validateCode(
        ValidationSupportContext context,
        ConceptValidationOptions options,
        String system,
        String code,
        String display,
        String valueSet) {
      return super.validateCode(
          context, options.setValidateDisplay(true), system, code, display, valueSet);
    }

    @Override
    public CodeValidationResult validateCodeInValueSet(
        ValidationSupportContext context,
        ConceptValidationOptions options,
        String system,
        String code,
        String display,
        IBaseResource valueSet) {
      return super.validateCodeInValueSet(
          context, options.setValidateDisplay(true), system, code, display, valueSet);
    }
  }
}
