//! The documentation as pages.

use crate::mesh::Mesh;

#[tokio::test]
async fn the_pages_need_no_internet() {
    let mesh = Mesh::shared().await;

    for path in ["/docs", "/redoc"] {
        let page = follow(&mesh, path).await;
        for attribute in ["src=", "href="] {
            for value in page.split(attribute).skip(1) {
                let value = value.trim_start_matches(['"', '\'']);
                assert!(
                    !value.starts_with("http") && !value.starts_with("//"),
                    "{path}: {value:.80}"
                );
            }
        }
        for asset in assets(&page) {
            let address = if asset.starts_with('/') {
                asset.clone()
            } else {
                format!("{path}/{}", asset.trim_start_matches("./"))
            };
            assert_eq!(mesh.root().get(&address).await.status, 200, "{path}: {address}");
        }
    }
}

/// The page at a path, or where it leads within the gateway.
async fn follow(mesh: &Mesh, path: &str) -> String {
    let answer = mesh.root().get(path).await;
    let answer = match answer.header("location") {
        Some(location) => mesh.root().get(location).await,
        None => answer,
    };
    assert_eq!(answer.status, 200, "{path}");
    answer.text
}

/// The scripts and styles of a page.
fn assets(page: &str) -> Vec<String> {
    let attributes = ["src=\"", "href=\""];
    let values = attributes
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1));
    let addresses = values.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    addresses
        .filter(|address| [".js", ".css"].iter().any(|ending| address.ends_with(ending)))
        .collect()
}
