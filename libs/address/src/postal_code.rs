//! Postal codes by country.

/// The forms of postal codes: `#` is a digit, `@` a letter, `*` either, anything else itself. Spaces and hyphens are left out, as
/// people write them or not.
const FORMS: &[(&str, &[&str])] = &[
    ("AD", &["AD###"]),
    ("AL", &["####"]),
    ("AM", &["####"]),
    ("AR", &["####", "@####@@@"]),
    ("AT", &["####"]),
    ("AU", &["####"]),
    ("AZ", &["AZ####", "####"]),
    ("BA", &["#####"]),
    ("BD", &["####"]),
    ("BE", &["####"]),
    ("BG", &["####"]),
    ("BR", &["########"]),
    ("BY", &["######"]),
    ("CA", &["@#@#@#"]),
    ("CH", &["####"]),
    ("CL", &["#######"]),
    ("CN", &["######"]),
    ("CO", &["######"]),
    ("CY", &["####"]),
    ("CZ", &["#####"]),
    ("DE", &["#####"]),
    ("DK", &["####"]),
    ("DZ", &["#####"]),
    ("EE", &["#####"]),
    ("EG", &["#####", "#######"]),
    ("ES", &["#####"]),
    ("FI", &["#####"]),
    ("FO", &["###"]),
    ("FR", &["#####"]),
    (
        "GB",
        &["@##@@", "@###@@", "@#@#@@", "@@##@@", "@@###@@", "@@#@#@@"],
    ),
    ("GE", &["####"]),
    ("GL", &["####"]),
    ("GR", &["#####"]),
    ("HR", &["#####"]),
    ("HU", &["####"]),
    ("ID", &["#####"]),
    // Ireland: the routing key, then four of either kind.
    ("IE", &["@##****", "@#@****"]),
    ("IL", &["#######", "#####"]),
    ("IN", &["######"]),
    ("IR", &["##########"]),
    ("IS", &["###"]),
    ("IT", &["#####"]),
    ("JP", &["#######"]),
    ("KG", &["######"]),
    ("KR", &["#####"]),
    ("KZ", &["######", "@##@#@#"]),
    ("LI", &["####"]),
    ("LT", &["#####", "LT#####"]),
    ("LU", &["####", "L####"]),
    ("LV", &["####", "LV####"]),
    ("MA", &["#####"]),
    ("MC", &["980##"]),
    ("MD", &["####", "MD####"]),
    ("ME", &["#####"]),
    ("MK", &["####"]),
    ("MT", &["@@@####"]),
    ("MX", &["#####"]),
    ("MY", &["#####"]),
    ("NL", &["####@@"]),
    ("NO", &["####"]),
    ("NZ", &["####"]),
    ("PH", &["####"]),
    ("PK", &["#####"]),
    ("PL", &["#####"]),
    ("PT", &["#######"]),
    ("RO", &["######"]),
    ("RS", &["#####", "######"]),
    ("RU", &["######"]),
    ("SA", &["#####", "#########"]),
    ("SE", &["#####"]),
    ("SG", &["######"]),
    ("SI", &["####"]),
    ("SK", &["#####"]),
    ("SM", &["4789#"]),
    ("TH", &["#####"]),
    ("TJ", &["######"]),
    ("TM", &["######"]),
    ("TN", &["####"]),
    ("TR", &["#####"]),
    ("TW", &["###", "#####", "######"]),
    ("UA", &["#####"]),
    ("US", &["#####", "#########"]),
    ("UZ", &["######"]),
    ("VA", &["00120"]),
    ("VN", &["#####", "######"]),
    ("ZA", &["####"]),
];

/// Whether `code` has the form that postal codes of `country` have; where that form is not known, any short text has.
pub fn is_postal_code(country: &str, code: &str) -> bool {
    let Some((_, forms)) = FORMS.iter().find(|(known, _)| *known == country) else {
        return !code.trim().is_empty();
    };
    let written: Vec<char> = code
        .trim()
        .chars()
        .filter(|c| !matches!(c, ' ' | '-'))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    forms.iter().any(|form| has_form(form, &written))
}

fn has_form(form: &str, written: &[char]) -> bool {
    form.len() == written.len()
        && form.chars().zip(written).all(|(wanted, c)| match wanted {
            '#' => c.is_ascii_digit(),
            '@' => c.is_ascii_alphabetic(),
            '*' => c.is_ascii_alphanumeric(),
            literal => *c == literal,
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::is_country;

    #[test]
    fn a_code_has_the_form_of_its_country() {
        for (country, code) in [
            ("AZ", "AZ1000"),
            ("AZ", "AZ 1000"),
            ("AZ", "1000"),
            ("US", "94103"),
            ("US", "94103-1234"),
            ("GB", "SW1A 1AA"),
            ("GB", "m1 1ae"),
            ("CA", "K1A 0B1"),
            ("NL", "1012 AB"),
            ("JP", "100-0001"),
            ("PL", "00-950"),
            ("IE", "D02 AF30"),
            ("AE", "whatever is said there"),
        ] {
            assert!(is_postal_code(country, code), "{country} {code}");
        }
    }

    #[test]
    fn another_form_is_refused() {
        for (country, code) in [
            ("AZ", "AZ100"),
            ("AZ", "BZ1000"),
            ("US", "9410"),
            ("US", "SW1A 1AA"),
            ("GB", "94103"),
            ("DE", "1234"),
            ("DE", "1234\u{661}"),
            ("NL", "1012"),
            ("FR", ""),
            ("AE", " "),
        ] {
            assert!(!is_postal_code(country, code), "{country} {code}");
        }
    }

    #[test]
    fn every_form_is_of_a_country_in_order() {
        let countries: Vec<&str> = FORMS.iter().map(|(country, _)| *country).collect();

        assert!(countries.iter().all(|country| is_country(country)));
        assert!(countries.is_sorted());
    }
}
