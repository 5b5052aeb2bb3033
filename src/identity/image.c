/* References to images in full, as containerd keeps them and cAdvisor shows them. */
#include <stdbool.h>
#include <string.h>

#include "../buf.h"
#include "../text.h"
#include "bundle.h"

static bool
has_upper(const char *text, size_t n)
{
	while (n > 0 && !(text[n - 1] >= 'A' && text[n - 1] <= 'Z'))
		n--;
	return n > 0;
}

/* What stands before the first slash is a registry if it cannot be a user of Docker Hub. */
static bool
has_registry(const char *image)
{
	size_t first = strcspn(image, "/");

	return image[first] == '/' && (memchr(image, '.', first) != NULL || memchr(image, ':', first) != NULL ||
	    text_starts(image, "localhost/") || has_upper(image, first));
}

/* Docker Hub by any of its names, and there the images of nobody. */
static void
add_registry(struct buf *b, const char **image)
{
	static const char *const hubs[] = { "docker.io/", "index.docker.io/" };
	bool hub = !has_registry(*image);

	for (size_t i = 0; i < COUNT(hubs) && !hub; i++) {
		hub = text_starts(*image, hubs[i]);
		*image += hub ? strlen(hubs[i]) : 0;
	}
	if (hub)
		buf_text(b, strchr(*image, '/') != NULL ? "docker.io/" : "docker.io/library/");
}

/* A digest says more than a tag, which is dropped beside it; without either it is the latest. */
char *
containerd_image(const char *image)
{
	struct buf b = { 0 };
	const char *digest, *slash, *tag;

	if (text_starts(image, "sha256:"))
		return must_copy(image);
	add_registry(&b, &image);
	digest = strchrnul(image, '@');
	slash = memrchr(image, '/', (size_t)(digest - image));
	tag = strchrnul(slash != NULL ? slash : image, ':');
	buf_print(&b, "%.*s%s", (int)((tag < digest ? tag : digest) - image), image,
	    *digest != '\0' ? digest : *tag != '\0' ? tag : ":latest");
	return b.data;
}
