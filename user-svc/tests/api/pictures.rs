//! Pictures to send, and the places where they are kept.

use std::collections::{HashMap, HashSet};
use std::io::Cursor;
use std::sync::{Arc, Mutex};

use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use souk_env::Secret;
use souk_http::{Running, Server};
use tokio_util::sync::CancellationToken;
use user_svc::config::MediaConfig;

pub fn picture(format: ImageFormat, colour: [u8; 3]) -> Vec<u8> {
    let image = DynamicImage::from(RgbImage::from_pixel(400, 300, Rgb(colour)));
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).unwrap();
    file.into_inner()
}

type Objects = Arc<Mutex<HashMap<String, Bytes>>>;
/// Methods that are not answered.
type Hanging = Arc<Mutex<HashSet<&'static str>>>;

/// A bucket that speaks as much of S3 as is needed.
pub struct Bucket {
    url: String,
    objects: Objects,
    hanging: Hanging,
    stop: CancellationToken,
}

impl Bucket {
    pub fn start() -> Self {
        let objects = Objects::default();
        let stop = CancellationToken::new();
        let hanging = Hanging::default();
        let data = (Data::new(objects.clone()), Data::new(hanging.clone()));
        let running: Running = Server::new("bucket", utoipa::openapi::Info::new("Bucket", "0"))
            .workers(1)
            .setup(move |app| {
                app.app_data(data.0.clone())
                    .app_data(data.1.clone())
                    .app_data(web::PayloadConfig::new(1024 * 1024))
                    .route("/{path:.*}", web::to(answer));
            })
            .start("127.0.0.1:0", |_| {}, stop.clone())
            .unwrap();
        Self {
            url: running.url(),
            objects,
            hanging,
            stop,
        }
    }

    /// From now on, requests of this method wait for ever.
    pub fn hang(&self, method: &'static str) {
        self.hanging.lock().unwrap().insert(method);
    }

    pub fn answer_again(&self) {
        self.hanging.lock().unwrap().clear();
    }

    pub fn config(&self) -> MediaConfig {
        MediaConfig {
            media_url: Some("s3://souk/media".into()),
            aws_endpoint_url: Some(self.url.clone()),
            aws_access_key_id: Some(Secret::new("key")),
            aws_secret_access_key: Some(Secret::new("secret")),
            ..MediaConfig::default()
        }
    }

    pub fn names(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn answer(
    objects: Data<Objects>,
    hanging: Data<Hanging>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let hangs = hanging.lock().unwrap().contains(request.method().as_str());
    if hangs {
        std::future::pending::<()>().await;
    }
    let signed = request.headers().get("authorization").is_some_and(|value| {
        value
            .to_str()
            .unwrap()
            .starts_with("AWS4-HMAC-SHA256 Credential=key/")
    });
    if !signed {
        return HttpResponse::Forbidden().finish();
    }
    let name = request.path().to_owned();
    let mut objects = objects.lock().unwrap();
    match request.method().as_str() {
        "PUT" => {
            objects.insert(name, body);
            HttpResponse::Ok().insert_header(("etag", "\"1\"")).finish()
        }
        "GET" => match objects.get(&name) {
            Some(object) => HttpResponse::Ok()
                .insert_header(("etag", "\"1\""))
                .insert_header(("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"))
                .body(object.clone()),
            None => HttpResponse::NotFound().finish(),
        },
        "DELETE" => {
            objects.remove(&name);
            HttpResponse::NoContent().finish()
        }
        _ => HttpResponse::MethodNotAllowed().finish(),
    }
}
