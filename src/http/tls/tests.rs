//! Each way in which two files cannot be a certificate and its key, and that none of them is quoted.

use std::fs;

use rcgen::{KeyPair, generate_simple_self_signed};
use tempfile::TempDir;

use super::*;

/// A folder with `cert.pem` and `key.pem`, which fit together, and `other.pem`, another key.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = KeyPair::generate().unwrap();
    for (name, text) in [
        ("cert.pem", made.cert.pem()),
        ("key.pem", made.signing_key.serialize_pem()),
        ("other.pem", other.serialize_pem()),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn text_of(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

fn load(folder: &TempDir, certificates: &str, key: &str) -> Result<Tls, TlsError> {
    Tls::load(&folder.path().join(certificates), &folder.path().join(key))
}

#[test]
fn a_certificate_and_its_key_are_taken_from_two_files_or_from_one() {
    let folder = folder();
    load(&folder, "cert.pem", "key.pem").unwrap();
    let both = text_of(&folder, "cert.pem") + &text_of(&folder, "key.pem");
    fs::write(folder.path().join("both.pem"), both).unwrap();
    load(&folder, "both.pem", "both.pem").unwrap();
}

#[test]
fn http_1_1_is_the_only_protocol_that_is_offered() {
    let tls = load(&folder(), "cert.pem", "key.pem").unwrap();
    assert_eq!(tls.current().alpn_protocols, [b"http/1.1"]);
}

#[test]
fn every_fault_is_told_with_its_file_and_without_what_stands_in_it() {
    let folder = folder();
    let (certificate, key) = (text_of(&folder, "cert.pem"), text_of(&folder, "key.pem"));
    let secret = key.lines().nth(1).unwrap();
    let wrong = certificate.replace("MII", "AAA");
    for (name, text) in [
        ("empty.pem", ""),
        ("cut.pem", key.strip_suffix("-----END PRIVATE KEY-----\n").unwrap()),
        ("torn.pem", &format!("-----BEGIN {secret}\n{key}")),
        ("no-base64.pem", &key.replace(secret, &format!("!{secret}"))),
        ("encrypted.pem", &key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY")),
        ("no-key.pem", "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n"),
        ("wrong.pem", &wrong),
        ("long.pem", &"x".repeat(1024 * 1024 + 1)),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    fs::create_dir(folder.path().join("folder")).unwrap();
    for (certificates, key, says, names) in [
        ("missing.pem", "key.pem", "cannot read", "missing.pem"),
        ("cert.pem", "missing.pem", "cannot read", "missing.pem"),
        ("folder", "key.pem", "cannot read", "folder"),
        ("empty.pem", "key.pem", "has no certificate", "empty.pem"),
        ("key.pem", "key.pem", "has no certificate", "key.pem"),
        ("wrong.pem", "key.pem", "cannot be understood", "wrong.pem"),
        ("long.pem", "key.pem", "is longer than", "long.pem"),
        ("cert.pem", "empty.pem", "has no private key", "empty.pem"),
        ("cert.pem", "cert.pem", "has no private key", "cert.pem"),
        ("cert.pem", "encrypted.pem", "has no private key", "encrypted.pem"),
        ("cert.pem", "cut.pem", "is not well-formed", "cut.pem"),
        ("cert.pem", "torn.pem", "is not well-formed", "torn.pem"),
        ("cert.pem", "no-base64.pem", "is not well-formed", "no-base64.pem"),
        ("cert.pem", "no-key.pem", "cannot be used", "no-key.pem"),
        ("cert.pem", "long.pem", "is longer than", "long.pem"),
        ("cert.pem", "other.pem", "does not fit", "other.pem"),
    ] {
        let error = anyhow::Error::from(load(&folder, certificates, key).unwrap_err());
        let text = format!("{error:#} {error:?}");
        assert!(text.contains(says) && text.contains(names), "{certificates} {key}: {text}");
        assert!(!text.contains(&secret[8..16]) && !text.contains("aGVsbG8"), "{text}");
    }
}

#[test]
fn a_new_pair_is_taken_whole_and_a_faulty_one_leaves_the_old_in_use() {
    let (files, renewed) = (folder(), folder());
    let tls = load(&files, "cert.pem", "key.pem").unwrap();
    let first = tls.current();
    let put = |name: &str| {
        fs::copy(renewed.path().join(name), files.path().join(name)).unwrap();
    };
    put("cert.pem");
    assert!(matches!(tls.reload(), Err(TlsError::Mismatch { .. })));
    assert!(Arc::ptr_eq(&first, &tls.current()), "half of the pair was taken");
    put("key.pem");
    tls.clone().reload().unwrap();
    assert!(!Arc::ptr_eq(&first, &tls.current()), "a clone renews it for all");
}
