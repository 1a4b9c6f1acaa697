//! Pictures that users send: read with care, and made small, square and anonymous.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage, Rgba};

/// The sides of what is kept.
const SIDE: u32 = 256;
/// What a decoder may be asked to unpack: a file of some kilobytes can claim to hold terabytes.
const MOST_PIXELS: u64 = 24_000_000;
const MOST_BYTES: u64 = 128 * 1024 * 1024;
const LONGEST_SIDE: u32 = 16_384;

/// Why a picture is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Something else.
    #[error("A picture is a JPEG, PNG or WebP image.")]
    Unknown,
    /// Cut off, or made wrong.
    #[error("The picture cannot be read.")]
    Broken,
    /// More than we unpack.
    #[error("A picture has at most 24 million pixels.")]
    TooLarge,
}

/// The middle of a picture as a JPEG of 256 by 256 pixels, the right way up, without anything else that was in the
/// file. What it is, its content decides. Takes up to a second of one core and 128 MiB: call it off the request
/// threads.
///
/// # Errors
/// [`PictureError`] says what is wrong with it.
pub fn square(file: &[u8]) -> Result<Vec<u8>, PictureError> {
    let (image, orientation) = read(file)?;
    // A turned square is a square: turn the small one.
    let mut square = image.resize_to_fill(SIDE, SIDE, FilterType::CatmullRom);
    square.apply_orientation(orientation);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 85)
        .encode_image(&on_white(&square))
        .map_err(|_| PictureError::Broken)?;
    Ok(jpeg)
}

fn read(file: &[u8]) -> Result<(DynamicImage, Orientation), PictureError> {
    let format = image::guess_format(file)
        .ok()
        .filter(|format| matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP))
        .ok_or(PictureError::Unknown)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| refused(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_BYTES {
        return Err(PictureError::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| refused(&error))?;
    Ok((image, orientation))
}

fn refused(error: &ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Broken,
    }
}

/// JPEG knows nothing of transparency.
fn on_white(image: &DynamicImage) -> RgbImage {
    let rgba = image.to_rgba8();
    let mut flat = RgbImage::new(rgba.width(), rgba.height());
    for (to, Rgba([red, green, blue, alpha])) in flat.pixels_mut().zip(rgba.pixels()) {
        let over = |colour: &u8| {
            let (colour, alpha) = (u16::from(*colour), u16::from(*alpha));
            u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        *to = Rgb([over(red), over(green), over(blue)]);
    }
    flat
}

#[cfg(test)]
mod tests {
    use image::{ExtendedColorType, ImageEncoder, RgbaImage};

    use super::*;

    /// The left half red, the right half blue.
    fn halves(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
        let image = RgbaImage::from_fn(width, height, |x, _| {
            if x < width / 2 {
                Rgba([255, 0, 0, 255])
            } else {
                Rgba([0, 0, 255, 255])
            }
        });
        let mut file = Cursor::new(Vec::new());
        let image = DynamicImage::from(image);
        match format {
            ImageFormat::Jpeg => DynamicImage::from(image.to_rgb8()).write_to(&mut file, format),
            _ => image.write_to(&mut file, format),
        }
        .unwrap();
        file.into_inner()
    }

    fn opened(jpeg: &[u8]) -> RgbImage {
        assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
        image::load_from_memory(jpeg).unwrap().to_rgb8()
    }

    fn is_red(pixel: &Rgb<u8>) -> bool {
        pixel.0[0] > 200 && pixel.0[2] < 60
    }

    #[test]
    fn every_accepted_format_becomes_a_small_square() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let small = opened(&square(&halves(format, 640, 300)).unwrap());

            assert_eq!(small.dimensions(), (SIDE, SIDE), "{format:?}");
            assert!(is_red(small.get_pixel(20, 128)) && !is_red(small.get_pixel(236, 128)));
        }
    }

    #[test]
    fn a_picture_is_turned_as_its_camera_says_and_keeps_no_word_of_it() {
        // A TIFF header with one entry: orientation 6, to be turned by 90 degrees to the right.
        let exif = [
            b"Exif\0\0MM\0\x2a\0\0\0\x08".as_slice(),
            b"\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
        ]
        .concat();
        let mut turned = halves(ImageFormat::Jpeg, 300, 300);
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        let segment = [&[0xff, 0xe1], length.as_slice(), &exif].concat();
        turned.splice(2..2, segment);

        let small = square(&turned).unwrap();

        assert!(!small.windows(4).any(|window| window == b"Exif"));
        let small = opened(&small);
        assert!(is_red(small.get_pixel(128, 20)) && !is_red(small.get_pixel(128, 236)));
    }

    #[test]
    fn what_shines_through_is_white() {
        let clear = DynamicImage::from(RgbaImage::from_pixel(8, 8, Rgba([255, 0, 0, 0])));
        let mut file = Cursor::new(Vec::new());
        clear.write_to(&mut file, ImageFormat::Png).unwrap();

        let small = opened(&square(&file.into_inner()).unwrap());

        assert!(
            small
                .pixels()
                .all(|pixel| pixel.0.iter().all(|colour| *colour > 250))
        );
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = halves(ImageFormat::Png, 64, 64);

        assert_eq!(square(b""), Err(PictureError::Unknown));
        assert_eq!(square(b"<svg xmlns=\"x\"/>"), Err(PictureError::Unknown));
        assert_eq!(square(b"GIF89a\x01\0\x01\0\0\0\0"), Err(PictureError::Unknown));
        assert_eq!(square(&png[..png.len() / 2]), Err(PictureError::Broken));
        assert_eq!(
            square(&halves(ImageFormat::Jpeg, 64, 64)[..30]),
            Err(PictureError::Broken)
        );
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        // 100 million white pixels in some kilobytes.
        let mut bomb = Vec::new();
        let white = vec![255; 10_000 * 10_000];
        image::codecs::png::PngEncoder::new(&mut bomb)
            .write_image(&white, 10_000, 10_000, ExtendedColorType::L8)
            .unwrap();
        drop(white);

        assert!(bomb.len() < 1024 * 1024);
        assert_eq!(square(&bomb), Err(PictureError::TooLarge));
    }
}
