//! Categories: a tree that operators keep.

use super::{CategoryId, Invalid};

/// How deep the tree may grow.
pub const MAX_DEPTH: usize = 8;
/// How many categories there may be; the whole tree is one answer.
pub const MAX_CATEGORIES: i64 = 2000;
/// Longest slug.
const MAX_SLUG: usize = 100;

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Id.
    pub id: CategoryId,
    /// The node above; none at the root.
    pub parent_id: Option<CategoryId>,
    /// Name for people.
    pub name: String,
    /// Name in addresses, unique.
    pub slug: String,
    /// From the root down to the category itself.
    pub path: Vec<CategoryId>,
}

/// A partial change: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct CategoryChange {
    /// New name.
    pub name: Option<String>,
    /// New slug.
    pub slug: Option<String>,
    /// New place in the tree; `Some(None)` makes it a root.
    pub parent_id: Option<Option<CategoryId>>,
}

/// Why the tree may not be changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CategoryError {
    /// The slug is another category's.
    #[error("Another category has this slug.")]
    SlugTaken,
    /// The category above would be the category itself or one below it.
    #[error("A category cannot lie below itself.")]
    Cycle,
    /// The tree would be too deep.
    #[error("Categories lie at most {MAX_DEPTH} levels deep.")]
    TooDeep,
    /// There are as many as there may be.
    #[error("There are at most {MAX_CATEGORIES} categories.")]
    TooMany,
    /// Something lies below it.
    #[error("The category still has categories below it.")]
    HasChildren,
    /// Products lie in it.
    #[error("The category still has products.")]
    HasProducts,
}

impl Category {
    /// A new category below `parent`, with a slug made of its name unless one is given.
    ///
    /// # Errors
    /// [`Invalid`] when no slug can be had.
    pub fn new(
        id: CategoryId,
        name: String,
        slug: Option<String>,
        parent: Option<&Category>,
    ) -> Result<Self, Invalid> {
        let slug = match slug {
            Some(slug) => check_slug(slug)?,
            None => check_slug(slugify(&name))?,
        };
        let mut category = Self {
            id,
            parent_id: None,
            name,
            slug,
            path: vec![id],
        };
        category.place_below(parent);
        Ok(category)
    }

    /// Puts it below `parent`, or at the root.
    pub fn place_below(&mut self, parent: Option<&Category>) {
        self.parent_id = parent.map(|parent| parent.id);
        self.path = parent.map(|parent| parent.path.clone()).unwrap_or_default();
        self.path.push(self.id);
    }

    /// Refuses a place that would close a circle or lie too deep; `height` counts the levels of what is moved.
    ///
    /// # Errors
    /// [`CategoryError::Cycle`] or [`CategoryError::TooDeep`].
    pub fn check_place(
        id: CategoryId,
        height: usize,
        parent: Option<&Category>,
    ) -> Result<(), CategoryError> {
        let above = parent.map_or(&[][..], |parent| &parent.path);
        if above.contains(&id) {
            return Err(CategoryError::Cycle);
        }
        if above.len() + height > MAX_DEPTH {
            return Err(CategoryError::TooDeep);
        }
        Ok(())
    }
}

/// Accepts a slug that someone chose.
///
/// # Errors
/// [`Invalid`] when it is not made of lower-case letters, digits and single hyphens between them.
pub fn check_slug(slug: String) -> Result<String, Invalid> {
    let fits = slug.len() <= MAX_SLUG
        && slug.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
    if fits {
        return Ok(slug);
    }
    let detail = "A slug has 1 to 100 lower-case letters, digits and single hyphens between them.";
    Err(Invalid::new("/slug", "slug", detail))
}

/// The name in lower-case ASCII letters and digits, everything else between words as one hyphen.
fn slugify(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase).filter_map(latin) {
        if letter != '-' || !(slug.is_empty() || slug.ends_with('-')) {
            slug.push(letter);
        }
    }
    slug.truncate(MAX_SLUG);
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// The nearest ASCII letter of what Azerbaijani, Turkish and common Latin names are written with.
fn latin(letter: char) -> Option<char> {
    let plain = match letter {
        'a'..='z' | '0'..='9' => letter,
        'ä' | 'á' | 'à' | 'â' | 'å' | 'ã' => 'a',
        'ç' | 'č' | 'ć' => 'c',
        'ə' | 'é' | 'è' | 'ê' | 'ë' => 'e',
        'ğ' => 'g',
        'ı' | 'í' | 'ì' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ö' | 'ó' | 'ò' | 'ô' | 'õ' | 'ø' => 'o',
        'ş' | 'š' | 'ș' => 's',
        'ü' | 'ú' | 'ù' | 'û' => 'u',
        'ž' | 'ź' | 'ż' => 'z',
        // Lower-casing İ leaves a combining dot behind, and an apostrophe joins.
        '\u{307}' | '\'' | '’' => return None,
        _ => '-',
    };
    Some(plain)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn category(parent: Option<&Category>) -> Category {
        Category::new(CategoryId(Uuid::now_v7()), "Shoes".into(), None, parent).unwrap()
    }

    #[test]
    fn a_slug_is_made_of_the_name() {
        assert_eq!(slugify("Qadın ayaqqabıları"), "qadin-ayaqqabilari");
        assert_eq!(slugify("  İdman & Əyləncə!  "), "idman-eylence");
        assert_eq!(slugify("Men’s shoes"), "mens-shoes");
        assert_eq!(slugify(&"long ".repeat(40)).len(), 99);
        assert!(Category::new(CategoryId(Uuid::nil()), "靴".into(), None, None).is_err());
    }

    #[test]
    fn a_slug_is_words_and_single_hyphens() {
        for slug in ["a", "shoes", "winter-shoes-2"] {
            assert!(check_slug(slug.into()).is_ok(), "{slug}");
        }
        for slug in ["", "-a", "a-", "a--b", "A", "a b", "ə"] {
            assert!(check_slug(slug.into()).is_err(), "{slug}");
        }
        assert!(check_slug("a".repeat(101)).is_err());
    }

    #[test]
    fn a_path_leads_from_the_root_to_the_category() {
        let root = category(None);
        let child = category(Some(&root));

        assert_eq!(child.path, [root.id, child.id]);
        assert_eq!(child.parent_id, Some(root.id));
    }

    #[test]
    fn a_category_cannot_lie_below_itself() {
        let root = category(None);
        let child = category(Some(&root));

        assert_eq!(
            Category::check_place(root.id, 2, Some(&child)),
            Err(CategoryError::Cycle)
        );
        assert_eq!(
            Category::check_place(root.id, 2, Some(&root)),
            Err(CategoryError::Cycle)
        );
        assert_eq!(Category::check_place(root.id, 2, None), Ok(()));
    }

    #[test]
    fn the_tree_has_a_depth() {
        let mut deepest = category(None);
        for _ in 1..MAX_DEPTH {
            Category::check_place(CategoryId(Uuid::nil()), 1, Some(&deepest)).unwrap();
            deepest = category(Some(&deepest));
        }

        let place = Category::check_place(CategoryId(Uuid::nil()), 1, Some(&deepest));

        assert_eq!(place, Err(CategoryError::TooDeep));
    }
}
