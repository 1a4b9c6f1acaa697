//! Rebuilds when a migration is added: the embedding macro does not watch the folder.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
