using Janus.Datastore.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Janus.Datastore.Configurations;

/// <summary>Maps <c>hpke_config_ids</c>.</summary>
internal sealed class HpkeConfigIdEntityConfiguration : IEntityTypeConfiguration<HpkeConfigIdEntity>
{
    public void Configure(EntityTypeBuilder<HpkeConfigIdEntity> builder)
    {
        builder.ToTable("hpke_config_ids");
        builder.HasKey(id => id.ConfigId);
        builder.Property(id => id.ConfigId).ValueGeneratedNever();
    }
}
