//! A certificate and its key as files, for a server of ours; and clients who trust it.

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use reqwest::{Certificate, Client};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// See the module's header.
pub struct Identity {
    /// The file of the certificate, which signed itself.
    pub cert: PathBuf,
    /// The file of its key.
    pub key: PathBuf,
}

impl Identity {
    /// For `localhost` and 127.0.0.1, as `cert.pem` and `key.pem` in that folder.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        let identity = Self { cert: folder.join("cert.pem"), key: folder.join("key.pem") };
        identity.renew();
        identity
    }

    /// Puts another certificate and its key in their place.
    pub fn renew(&self) {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).expect("a certificate");
        std::fs::write(&self.cert, cert.pem()).expect("the certificate is written");
        std::fs::write(&self.key, signing_key.serialize_pem()).expect("the key is written");
    }

    /// Puts a key in the place of its own that is none of this certificate.
    pub fn lose_key(&self) {
        let key = KeyPair::generate().expect("a key");
        std::fs::write(&self.key, key.serialize_pem()).expect("the key is written");
    }

    /// The flags of a server.
    #[must_use]
    pub fn flags(&self) -> [&str; 4] {
        ["--tls-cert", self.cert.to_str().expect("UTF-8"), "--tls-key", self.key.to_str().expect("UTF-8")]
    }

    /// The certificate as it stands in its file now.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        let pem = std::fs::read(&self.cert).expect("the certificate is there");
        Certificate::from_pem(&pem).expect("a certificate")
    }
}

/// A client who trusts these certificates and no other, and uses a connection of its own for each request unless it
/// `keeps` them.
#[must_use]
pub fn trusting(certificates: impl IntoIterator<Item = Certificate>, keeps: bool) -> Client {
    // The second client of a test finds it installed.
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(if keeps { usize::MAX } else { 0 })
        .tls_certs_only(certificates)
        .build()
        .expect("a client")
}
