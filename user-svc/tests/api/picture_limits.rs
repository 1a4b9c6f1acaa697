//! What a picture may cost. The decoder's process has limits that the kernel keeps, so that what is accepted here has
//! been decoded within them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use actix_web::web::Bytes;
use futures_util::poll;
use image::ImageFormat;
use jpeg_encoder::{ColorType, SamplingFactor};
use souk_http::MAX_IMAGE;
use tempfile::TempDir;
use user_svc::Error;
use user_svc::decoder::PictureDecoder;
use user_svc::domain::PictureError;

use crate::app::TestApp;
use crate::crafted::{self, GREY_1, RGB, RGBA, RGBA_16};
use crate::pictures::picture;

/// Just within 24 million pixels.
const LARGEST: usize = 4898;

fn decoder() -> PictureDecoder {
    PictureDecoder::program(Path::new(env!("CARGO_BIN_EXE_user-svc")))
}

async fn decoded(file: Vec<u8>) -> Result<(u32, u32), PictureError> {
    assert!(file.len() <= MAX_IMAGE, "{} bytes", file.len());
    let decoder = decoder();
    let permit = decoder.admit().unwrap();
    match decoder.square(permit, file.into()).await {
        Ok(jpeg) => {
            let small = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap();
            Ok((small.width(), small.height()))
        }
        Err(Error::Picture(refusal)) => Err(refusal),
        Err(error) => panic!("{error:?}"),
    }
}

#[actix_web::test]
async fn a_thin_picture_is_cropped_before_it_is_scaled() {
    for (width, height) in [(1, 2_000), (2_000, 1), (1, 16_384), (16_384, 1), (2, 16_384)] {
        for kind in [GREY_1, RGBA, RGBA_16] {
            let file = kind.file(width, height);

            assert_eq!(decoded(file).await, Ok((256, 256)), "{width} x {height}");
        }
    }
    assert_eq!(decoded(RGB.file(1, 16_385)).await, Err(PictureError::TooLarge));
}

#[actix_web::test]
async fn large_pngs_are_decoded_within_the_limits() {
    let within_96_mib = 3540;
    for (name, file) in [
        ("grey", GREY_1.file(LARGEST, LARGEST)),
        ("rgba", RGBA.file(LARGEST, LARGEST)),
        ("interlaced", RGBA.interlaced().file(LARGEST, LARGEST)),
        ("wide", RGBA.file(16_384, 1_464)),
        ("16 bits", RGBA_16.file(within_96_mib, within_96_mib)),
        (
            "16 bits, interlaced",
            RGBA_16.interlaced().file(within_96_mib, within_96_mib),
        ),
    ] {
        assert_eq!(decoded(file).await, Ok((256, 256)), "{name}");
    }
}

#[actix_web::test]
async fn large_jpegs_are_decoded_within_the_limits() {
    let largest = u16::try_from(LARGEST).unwrap();
    for (name, file) in [
        (
            "baseline",
            crafted::jpeg(largest, ColorType::Rgb, false, SamplingFactor::R_4_4_4),
        ),
        (
            "halved colours",
            crafted::jpeg(largest, ColorType::Rgb, false, SamplingFactor::R_4_2_0),
        ),
        (
            "grey",
            crafted::jpeg(largest, ColorType::Luma, false, SamplingFactor::R_4_4_4),
        ),
        (
            "CMYK",
            crafted::jpeg(largest, ColorType::Cmyk, false, SamplingFactor::R_4_4_4),
        ),
        (
            "progressive",
            crafted::jpeg(3_400, ColorType::Rgb, true, SamplingFactor::R_4_4_4),
        ),
    ] {
        assert_eq!(decoded(file).await, Ok((256, 256)), "{name}");
    }
}

#[actix_web::test]
async fn large_webps_are_decoded_within_the_limits() {
    for (name, file) in [
        ("lossless", crafted::webp(4_000, false)),
        ("lossless with alpha", crafted::webp(4_500, true)),
        ("lossy", crafted::lossy_webp(4_000)),
        ("animated", crafted::animated_webp(2_800)),
    ] {
        assert_eq!(decoded(file).await, Ok((256, 256)), "{name}");
    }
}

#[actix_web::test]
async fn what_takes_more_than_the_limits_is_refused() {
    let largest = u16::try_from(LARGEST).unwrap();
    let progressive = crafted::jpeg(largest, ColorType::Rgb, true, SamplingFactor::R_4_4_4);
    for (name, file) in [
        ("progressive", progressive),
        ("code tables", crafted::webp_of_tables()),
        (
            "frame larger than its canvas",
            crafted::webp_larger_than_its_canvas(16_383),
        ),
        ("animation", crafted::animated_webp(4_500)),
    ] {
        assert_eq!(decoded(file).await, Err(PictureError::TooCostly), "{name}");
    }
}

#[actix_web::test]
async fn what_claims_to_be_larger_is_not_unpacked() {
    for (name, file) in [
        ("pixels", RGB.file(4_900, 4_900)),
        ("bytes", RGBA_16.file(3_548, 3_548)),
        ("a canvas", crafted::webp_larger_than_its_canvas(16)),
    ] {
        let refusal = decoded(file).await.unwrap_err();

        assert!(
            matches!(refusal, PictureError::TooLarge | PictureError::Broken),
            "{name}: {refusal:?}"
        );
    }
}

#[actix_web::test]
async fn what_lies_beside_the_pixels_is_bounded() {
    for (name, chunk) in [
        ("profile", crafted::profile(400 * 1024 * 1024)),
        ("text", crafted::text(400 * 1024 * 1024)),
    ] {
        let outcome = decoded(RGBA.file_with(LARGEST, LARGEST, &[chunk])).await;

        assert!(
            matches!(
                outcome,
                Ok((256, 256)) | Err(PictureError::TooLarge | PictureError::Broken)
            ),
            "{name}: {outcome:?}"
        );
    }
}

#[actix_web::test]
async fn a_refusal_by_the_limits_is_told_as_one() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);
    let avatar = "/api/v1/users/me/avatar";

    let costly = me
        .put_bytes(avatar, "image/webp", crafted::webp_of_tables())
        .await;
    let large = me.put_bytes(avatar, "image/png", RGB.file(4_900, 4_900)).await;
    let thin = me.put_bytes(avatar, "image/png", RGB.file(1, 2_000)).await;

    assert_eq!(costly.problem(), (422, "image-too-costly"));
    assert_eq!(large.problem(), (422, "image-too-large"));
    assert!(
        large.body["detail"]
            .as_str()
            .unwrap()
            .contains("24 million pixels")
    );
    assert_eq!(thin.status, 200);
}

#[actix_web::test]
async fn an_upload_for_which_there_is_no_room_is_turned_away() {
    let app = TestApp::new().await;
    let me = app.server.customer(app.registered().await.id);
    let put = async || {
        let file = picture(ImageFormat::Png, [9, 9, 9]);
        me.put_bytes("/api/v1/users/me/avatar", "image/png", file).await
    };

    let held: Vec<_> = std::iter::from_fn(|| app.state.decoder.admit().ok()).collect();
    let full = put().await;
    drop(held);
    let free = put().await;

    assert_eq!(full.problem(), (503, "unavailable"));
    assert_eq!(full.header("retry-after"), Some("1"));
    assert_eq!(free.status, 200);
}

/// A decoder that says when it has begun with a file, and goes on when it is told to.
struct Halting {
    dir: TempDir,
    decoder: PictureDecoder,
}

impl Halting {
    /// For these files.
    fn new(files: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        for pipe in files
            .iter()
            .flat_map(|file| [format!("begun-{file}"), format!("go-{file}")])
        {
            let made = Command::new("mkfifo").arg(dir.path().join(pipe)).status();
            assert!(made.unwrap().success());
        }
        let program = dir.path().join("decoder");
        let script = format!(
            "#!/bin/sh\ncd {}\nread file\necho $file >> runs\necho begun > begun-$file\nread go < go-$file\nexit 11\n",
            dir.path().display()
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        Self {
            decoder: PictureDecoder::program(&program),
            dir,
        }
    }

    fn decode(&self, file: &str) -> impl Future<Output = user_svc::Result<Vec<u8>>> + 'static {
        let decoder = self.decoder.clone();
        let permit = decoder.admit().unwrap();
        let file = Bytes::from(format!("{file}\n"));
        async move { decoder.square(permit, file).await }
    }

    /// Returns once a decoder has begun with the file.
    async fn begun(&self, file: &str) {
        let pipe = self.dir.path().join(format!("begun-{file}"));
        let said = tokio::task::spawn_blocking(move || fs::read(pipe).unwrap()).await;
        assert_eq!(said.unwrap(), b"begun\n");
    }

    /// Lets the decoder go on.
    async fn go(&self, file: &str) {
        let pipe = self.dir.path().join(format!("go-{file}"));
        tokio::task::spawn_blocking(move || fs::write(pipe, "go\n").unwrap())
            .await
            .unwrap();
    }

    fn runs(&self) -> String {
        fs::read_to_string(self.dir.path().join("runs")).unwrap()
    }
}

#[actix_web::test]
async fn an_upload_that_was_abandoned_is_not_decoded() {
    let halting = Halting::new(&["first", "second", "last"]);
    let first = actix_web::rt::spawn(halting.decode("first"));
    halting.begun("first").await;
    let second = actix_web::rt::spawn(halting.decode("second"));
    halting.begun("second").await;
    let mut abandoned = Box::pin(halting.decode("abandoned"));
    assert!(poll!(&mut abandoned).is_pending());

    drop(abandoned);
    halting.go("first").await;
    let first = first.await.unwrap();
    let last = actix_web::rt::spawn(halting.decode("last"));
    halting.begun("last").await;
    halting.go("last").await;
    halting.go("second").await;

    assert!(matches!(first, Err(Error::Picture(PictureError::Broken))));
    assert!(second.await.unwrap().is_err() && last.await.unwrap().is_err());
    assert_eq!(halting.runs(), "first\nsecond\nlast\n");
}

#[actix_web::test]
async fn an_abandoned_decoder_gives_its_place_back_when_it_ends() {
    let halting = Halting::new(&["abandoned", "one", "two"]);
    let room = || {
        std::iter::from_fn(|| halting.decoder.admit().ok())
            .collect::<Vec<_>>()
            .len()
    };
    let all = room();
    let mut abandoned = Box::pin(halting.decode("abandoned"));
    assert!(poll!(&mut abandoned).is_pending());
    halting.begun("abandoned").await;

    drop(abandoned);
    assert_eq!(room(), all - 1, "the decoder still holds the file");
    halting.go("abandoned").await;
    // Both decoders are free, or the second would not begin.
    let next = ["one", "two"].map(|file| actix_web::rt::spawn(halting.decode(file)));
    halting.begun("one").await;
    halting.begun("two").await;
    halting.go("one").await;
    halting.go("two").await;

    for next in next {
        assert!(next.await.unwrap().is_err());
    }
    assert_eq!(room(), all);
}

#[actix_web::test]
async fn a_decoder_that_cannot_be_started_is_no_fault_of_the_picture() {
    let decoder = PictureDecoder::program(Path::new("/nowhere/user-svc"));
    let permit = decoder.admit().unwrap();

    let failed = decoder.square(permit, Bytes::from_static(b"picture")).await;

    assert!(matches!(failed, Err(Error::Decoder(_))));
}
