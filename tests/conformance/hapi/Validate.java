import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationResult;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/** Reads names of files, one a line; writes for each a line of messages: file TAB severity TAB place TAB text, and then "file TAB end". */
public final class Validate {
	private static String plain(String s) {
		return s == null ? "" : s.replaceAll("[\\t\\r\\n]+", " ");
	}

	public static void main(String[] args) throws Exception {
		FhirContext context = FhirContext.forR4();
		DefaultProfileValidationSupport definitions = new DefaultProfileValidationSupport(context);
		ValidationSupportChain support = new ValidationSupportChain(definitions, new CommonCodeSystemsTerminologyService(context),
			new InMemoryTerminologyServerValidationSupport(context));
		FhirInstanceValidator instance = new FhirInstanceValidator(support);
		instance.setAnyExtensionsAllowed(true);
		instance.setNoTerminologyChecks(false);
		FhirValidator validator = context.newValidator();
		validator.registerValidatorModule(instance);
		PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String file = in.readLine(); file != null; file = in.readLine()) {
			try {
				ValidationResult result = validator.validateWithResult(Files.readString(Path.of(file)));
				for (SingleValidationMessage m : result.getMessages())
					out.println(file + "\t" + m.getSeverity().getCode() + "\t" + plain(m.getLocationString()) + "\t" + plain(m.getMessage()));
			} catch (RuntimeException | java.io.IOException e) {
				out.println(file + "\tfatal\t\t" + plain(e.toString()));
			}
			out.println(file + "\tend");
			out.flush();
		}
	}
}
