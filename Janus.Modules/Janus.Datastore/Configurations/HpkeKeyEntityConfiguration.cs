using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>hpke_keys</c>.</summary>
internal sealed class HpkeKeyEntityConfiguration : IEntityTypeConfiguration<HpkeKeyEntity>
{
    public void Configure(EntityTypeBuilder<HpkeKeyEntity> builder)
    {
        builder.ToTable("hpke_keys");
        builder.HasKey(key => key.ConfigId);
        builder.Property(key => key.ConfigId).ValueGeneratedNever();
    }
}
