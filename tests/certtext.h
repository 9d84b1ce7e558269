/* SPDX-License-Identifier: GPL-3.0-or-later */
/* certtext - certificates for tests of the input forms, as base64 of their DER.
 * CERT_NAMES: CN mx.example.com; DNS names mx.example.com, *.example.net; an address.
 * CERT_NONE: no CN and no names. */
#ifndef EMT_TESTS_CERTTEXT_H
#define EMT_TESTS_CERTTEXT_H

#define CERT_NAMES \
	"MIIBuzCCAWGgAwIBAgIUdWbC78iEIJ90Vu6qQbxXsALgehAwCgYIKoZIzj0EAwIwGTEXMBUGA1UEAwwObXguZX" \
	"hhbXBsZS5jb20wIBcNMjYxMTIyMTMyMzQzWhgPMjEyNjEwMjkxMzIzNDNaMBkxFzAVBgNVBAMMDm14LmV4YW1w" \
	"bGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbPJB94MJqrGZLHtpKPIUPo7N6cJNQtafowlmGU0X7B" \
	"fcQcGqOSxxLMelCI+448YyobiHA0McDp/+4ykpojaCOqOBhDCBgTAdBgNVHQ4EFgQUtugi5yv5RgDL8AaVcnsZ" \
	"mw6kdngwHwYDVR0jBBgwFoAUtugi5yv5RgDL8AaVcnsZmw6kdngwDwYDVR0TAQH/BAUwAwEB/zAuBgNVHREEJz" \
	"Algg5teC5leGFtcGxlLmNvbYINKi5leGFtcGxlLm5ldIcEwAACATAKBggqhkjOPQQDAgNIADBFAiEA7hkYgQwU" \
	"gmDUAVLesDrl2GLZHprnbjSc6gKr4Bh+9F0CICJLRv2K/4MMX3GKksC2vC/olYRI4UcHWY5ASZJGgxy4"
#define CERT_NONE \
	"MIIBdjCCARugAwIBAgIUN+/x08v1kqesYbrR0Q/1hV5dvcIwCgYIKoZIzj0EAwIwDzENMAsGA1UECgwEbm9uZT" \
	"AgFw0yNjExMjIxMzIzNDNaGA8yMTI2MTAyOTEzMjM0M1owDzENMAsGA1UECgwEbm9uZTBZMBMGByqGSM49AgEG" \
	"CCqGSM49AwEHA0IABGzyQfeDCaqxmSx7aSjyFD6OzenCTULWn6MJZhlNF+wX3EHBqjkscSzHpQiPuOPGMqG4hw" \
	"NDHA6f/uMpKaI2gjqjUzBRMB0GA1UdDgQWBBS26CLnK/lGAMvwBpVyexmbDqR2eDAfBgNVHSMEGDAWgBS26CLn" \
	"K/lGAMvwBpVyexmbDqR2eDAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQCNCGi/py/DtYjpkU" \
	"aoVxI4Yjx1DgRFtrxleQByC1Ob8AIhAItUqitGerIV6C9MQ7Mqr0Wu3rxG6wN6X+6aLTe6lJgM"

/* PEM of it, its line ends written as `nl`. */
#define CERT_PEM(base64, nl) \
	"-----BEGIN CERTIFICATE-----" nl base64 nl "-----END CERTIFICATE-----" nl

#endif
