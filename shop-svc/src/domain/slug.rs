//! Names for addresses.

use uuid::Uuid;

const LONGEST: usize = 60;
/// Addresses below `/shops/` that mean something else.
const RESERVED: [&str; 1] = ["mine"];

/// Slugs for a name, the most beautiful first, then the same with an ending that nobody else has.
pub fn slugs(name: &str) -> impl Iterator<Item = String> + use<> {
    let base = slug(name);
    let plain = (!is_taken_by_meaning(&base)).then(|| base.clone());
    plain.into_iter().chain(std::iter::repeat_with(move || {
        let ending: String = Uuid::new_v4().simple().to_string().chars().take(6).collect();
        format!("{base}-{ending}")
    }))
}

/// A slug that reads as an id would hide the shop of that id.
fn is_taken_by_meaning(slug: &str) -> bool {
    RESERVED.contains(&slug) || Uuid::parse_str(slug).is_ok()
}

fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match latin(c) {
            Some(letters) => slug.push_str(letters),
            None if c.is_ascii_alphanumeric() => slug.push(c),
            // The dot that lower-casing leaves over `İ`.
            None if c == '\u{307}' => {}
            None if slug.is_empty() || slug.ends_with('-') => {}
            None => slug.push('-'),
        }
    }
    let short: String = slug.chars().take(LONGEST).collect();
    match short.trim_matches('-') {
        "" => "shop".to_owned(),
        slug => slug.to_owned(),
    }
}

/// Letters of our customers' alphabets in ASCII.
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'ə' | 'ä' | 'á' | 'à' | 'â' | 'а' => "a",
        'б' => "b",
        'ç' | 'ц' => "c",
        'ч' => "ch",
        'д' => "d",
        'é' | 'è' | 'ê' | 'ë' | 'е' | 'ё' | 'э' => "e",
        'ф' => "f",
        'ğ' | 'г' => "g",
        'х' => "h",
        'ı' | 'í' | 'î' | 'и' | 'ы' => "i",
        'й' => "y",
        'ж' => "j",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'ñ' | 'н' => "n",
        'ö' | 'ó' | 'ô' | 'о' => "o",
        'п' => "p",
        'р' => "r",
        'ş' | 'с' => "s",
        'ш' | 'щ' => "sh",
        'ß' => "ss",
        'т' => "t",
        'ü' | 'ú' | 'û' | 'у' => "u",
        'в' => "v",
        'ю' => "yu",
        'я' => "ya",
        'з' => "z",
        'ъ' | 'ь' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_lower_case_ascii_with_hyphens() {
        for (name, expected) in [
            ("Caspian Leather", "caspian-leather"),
            ("  Şəki & Gəncə -- Halva!  ", "saki-ganca-halva"),
            ("İÇƏRİ şəhər", "icari-sahar"),
            ("Пахлава №1", "pahlava-1"),
            ("日本", "shop"),
        ] {
            assert_eq!(slug(name), expected);
        }
        assert_eq!(slug(&"x".repeat(100)).len(), LONGEST);
    }

    #[test]
    fn another_of_the_same_name_gets_an_ending() {
        let slugs: Vec<_> = slugs("Caspian Leather").take(3).collect();

        assert_eq!(slugs[0], "caspian-leather");
        assert!(slugs[1].starts_with("caspian-leather-") && slugs[1] != slugs[2]);
    }

    #[test]
    fn no_slug_reads_as_something_else() {
        for name in [
            "Mine",
            "0197a3c0-0000-7000-8000-000000000001",
            "0197A3C0000070008000000000000001",
        ] {
            let first = slugs(name).next().unwrap();

            assert!(!is_taken_by_meaning(&first), "{first}");
        }
    }
}
